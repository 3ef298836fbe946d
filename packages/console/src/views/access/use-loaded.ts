import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Problem } from '../../api/problem.ts';
import { refusal } from '../../state/session.ts';

export interface Loaded<T> {
  readonly value?: T;
  readonly problem?: Problem;
  /** Asks the site again. */
  reload(): Promise<void>;
}

/** What the site answers to a question, and what it refused with. */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<Omit<Loaded<T>, 'reload'>>({});
  const reload = useCallback(
    async () => {
      try {
        setState({ value: await load() });
      } catch (error) {
        setState(({ value }) => ({ ...(value === undefined ? {} : { value }), problem: refusal(error) }));
      }
    },
    // What is asked stays the same for as long as a component does.
    [],
  );
  useEffect(() => void reload(), [reload]);
  return { ...state, reload };
}
