// Planted: the checker reaches for trust, which is below it, and which it may not use all the same.
export { gateway as trust } from '../../trust/src/index.ts';
