import { signal } from '@preact/signals';
import type { Problem } from '../api/problem.ts';

/** What waits until whoever is here has shown again that it is them. */
export interface WaitingForSignIn {
  readonly problem: Problem;
  /** @param again whether they have */
  readonly decided: (again: boolean) => void;
}

export const waitingForSignIn = signal<readonly WaitingForSignIn[]>([]);

export const tooLongAgo = 'kiten/sign-in-stale';

/** @returns whether whoever is here has signed in again */
export function signInAgain(problem: Problem): Promise<boolean> {
  return new Promise((resolve) => {
    const one: WaitingForSignIn = { problem, decided: resolve };
    waitingForSignIn.value = [...waitingForSignIn.peek(), one];
  });
}

/** Lets all that waits go on, or none of it. */
export function decideSignIn(again: boolean): void {
  const waiting = waitingForSignIn.peek();
  waitingForSignIn.value = [];
  for (const { decided } of waiting) decided(again);
}
