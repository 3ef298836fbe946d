import { useEffect, useRef, useState } from 'preact/hooks';
import type { Problem } from '../api/problem.ts';
import { refusal } from '../state/session.ts';

export interface Answer<T> {
  readonly value?: T;
  readonly problem?: Problem;
  /** Asks once more; what was answered before stays until the new answer is there, and beside a refusal. */
  again(): Promise<void>;
}

/** What the site answers to a question, asked anew whenever one of the keys is another. */
export function useAnswer<T>(question: () => Promise<T>, keys: readonly unknown[]): Answer<T> {
  const [state, setState] = useState<Omit<Answer<T>, 'again'>>({});
  const latest = useRef(question);
  latest.current = question;
  // Only the last question counts, and none once nobody listens.
  const turn = useRef(0);

  async function ask(before: 'keep' | 'drop'): Promise<void> {
    turn.current += 1;
    const mine = turn.current;
    try {
      const value = await latest.current();
      if (mine === turn.current) setState({ value });
    } catch (error) {
      const problem = refusal(error);
      if (mine !== turn.current) return;
      setState(({ value }) => (before === 'keep' && value !== undefined ? { value, problem } : { problem }));
    }
  }

  useEffect(() => {
    void ask('drop');
    return () => {
      turn.current += 1;
    };
  }, keys);
  return { ...state, again: () => ask('keep') };
}
