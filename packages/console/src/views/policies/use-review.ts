import { useEffect, useState } from 'preact/hooks';
import { type PolicyReview, policyApi } from '../../api/policies.ts';
import { type Problem, problemOf } from '../../api/problem.ts';

/** Typing has to pause so long before the site is asked. */
const PAUSE = 500;

export interface Reviewed {
  /** The text that was looked at. */
  readonly text?: string;
  readonly review?: PolicyReview;
  readonly problem?: Problem;
}

/** What the site says about a text, a moment after it was last changed. */
export function useReview(text: string | undefined): Reviewed {
  const [state, setState] = useState<Reviewed>({});
  useEffect(() => {
    if (text === undefined || text.trim() === '') return undefined;
    let wanted = true;
    const ask = () =>
      policyApi.review(text).then(
        (review) => wanted && setState({ text, review }),
        (error: unknown) => wanted && setState({ text, problem: problemOf(error) }),
      );
    const timer = setTimeout(ask, PAUSE);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [text]);
  return state;
}
