/** Which of several workers on one port this is. The first, 0, is the keeper. */
export interface WorkerPlace {
  readonly index: number;
  readonly count: number;
}
