/**
 * The product of a matrix and a vector. Four rows at a time: one sum waits for itself, four don't.
 *
 * @param matrix as many rows as `into` is long, each as long as the vector, one after the other
 */
export function multiply(matrix: Float64Array, vector: Float64Array, into: Float64Array): Float64Array {
  const columns = vector.length;
  const rows = into.length;
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    const first = row * columns;
    const second = first + columns;
    const third = second + columns;
    const fourth = third + columns;
    let [one, two, three, four] = [0, 0, 0, 0];
    for (let at = 0; at < columns; at++) {
      const value = vector[at] as number;
      one += (matrix[first + at] as number) * value;
      two += (matrix[second + at] as number) * value;
      three += (matrix[third + at] as number) * value;
      four += (matrix[fourth + at] as number) * value;
    }
    into[row] = one;
    into[row + 1] = two;
    into[row + 2] = three;
    into[row + 3] = four;
  }
  for (; row < rows; row++) {
    const start = row * columns;
    let sum = 0;
    for (let at = 0; at < columns; at++) sum += (matrix[start + at] as number) * (vector[at] as number);
    into[row] = sum;
  }
  return into;
}
