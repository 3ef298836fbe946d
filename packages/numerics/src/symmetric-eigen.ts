/** Eigenvalues in falling order; `vectors` holds the eigenvector of each as a row. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** More sweeps than any matrix took that was tried; ten are many. */
const mostSweeps = 60;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix by Jacobi's rotations (Golub & Van Loan, Matrix Computations, §8.5).
 *
 * @param matrix `order` × `order`, row after row
 */
export function symmetricEigen(matrix: Float64Array, order: number): SymmetricEigen {
  const a = matrix.slice();
  const vectors = new Float64Array(order * order);
  for (let i = 0; i < order; i++) vectors[i * order + i] = 1;
  for (let sweep = 0; sweep < mostSweeps && offDiagonal(a, order) > 1e-22 * diagonal(a, order); sweep++)
    for (let p = 0; p < order - 1; p++) for (let q = p + 1; q < order; q++) rotate(a, vectors, order, p, q);
  const ranked = Array.from({ length: order }, (_, at) => at).sort(
    (one, other) => (a[other * order + other] as number) - (a[one * order + one] as number),
  );
  return {
    values: Float64Array.from(ranked, (at) => a[at * order + at] as number),
    vectors: Float64Array.from({ length: order * order }, (_, at) => {
      const row = ranked[Math.trunc(at / order)] as number;
      return vectors[row * order + (at % order)] as number;
    }),
  };
}

/** Makes a[p][q] zero; the same rotation goes into the vectors, whose rows they are. */
function rotate(a: Float64Array, vectors: Float64Array, order: number, p: number, q: number): void {
  const apq = a[p * order + q] as number;
  if (apq === 0) return;
  const theta = ((a[q * order + q] as number) - (a[p * order + p] as number)) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(t, 1);
  const sine = t * cosine;
  for (let k = 0; k < order; k++) turn(a, k * order + p, k * order + q, cosine, sine);
  for (let k = 0; k < order; k++) turn(a, p * order + k, q * order + k, cosine, sine);
  for (let k = 0; k < order; k++) turn(vectors, p * order + k, q * order + k, cosine, sine);
}

function turn(of: Float64Array, one: number, other: number, cosine: number, sine: number): void {
  const [x, y] = [of[one] as number, of[other] as number];
  of[one] = cosine * x - sine * y;
  of[other] = sine * x + cosine * y;
}

function offDiagonal(a: Float64Array, order: number): number {
  let sum = 0;
  for (let i = 1; i < order; i++) for (let j = 0; j < i; j++) sum += (a[i * order + j] as number) ** 2;
  return sum;
}

function diagonal(a: Float64Array, order: number): number {
  let sum = 0;
  for (let i = 0; i < order; i++) sum += (a[i * order + i] as number) ** 2;
  return sum;
}
