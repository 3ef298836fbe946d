/** What scripts may rely on. What checks something exits with `refused` when it does not hold. */
export const exitCodes = { done: 0, refused: 1, usage: 2 } as const;
