export { chance, gaussian } from './chance.ts';
export { Cholesky } from './cholesky.ts';
export { Gram } from './gram.ts';
export { median, quantile, robustDeviation, sorted } from './quantile.ts';
export { ShrunkCovariance } from './shrunk-covariance.ts';
export { type SymmetricEigen, symmetricEigen } from './symmetric-eigen.ts';
export { exceededWith, fitTail, type Tail } from './tail.ts';
