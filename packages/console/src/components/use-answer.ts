import { useEffect, useState } from 'preact/hooks';
import { type Problem, problemOf } from '../api/problem.ts';

export interface Answer<T> {
  readonly value?: T;
  readonly problem?: Problem;
  /** Asks once more; what was answered before stays until the new answer is there. */
  again(): void;
}

/** What the site answers to a question, asked anew whenever one of the keys is another. */
export function useAnswer<T>(question: () => Promise<T>, keys: readonly unknown[]): Answer<T> {
  const [state, setState] = useState<Omit<Answer<T>, 'again'>>({});
  const [round, setRound] = useState(0);
  useEffect(() => {
    let wanted = true;
    question().then(
      (value) => wanted && setState({ value }),
      (error: unknown) => wanted && setState({ problem: problemOf(error) }),
    );
    return () => {
      wanted = false;
    };
  }, [...keys, round]);
  return { ...state, again: () => setRound((before) => before + 1) };
}
