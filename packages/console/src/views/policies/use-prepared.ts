import type { Problem } from '../../api/problem.ts';
import { readingsApi } from '../../api/readings.ts';
import { useAnswer } from '../../components/use-answer.ts';
import { outcomes, withOutcome } from '../../readings/outcome-rule.ts';

/** What another view would have written here; it does nothing until somebody has looked at it and puts it in force. */
export interface Prepared {
  /** Makes a draft of the policies in force; undefined until it is known how. */
  readonly prepare?: (policies: string) => string;
  readonly problem?: Problem;
}

const asTheyAre = (policies: string): string => policies;

/** @param search `readings` is the name of a declaration of streams, `outcome` what is to become of their messages */
export function usePrepared(search: string): Prepared {
  const wanted = new URLSearchParams(search);
  const [id, outcome] = [wanted.get('readings'), outcomes.find((each) => each === wanted.get('outcome'))];
  const { value, problem } = useAnswer(async () => {
    const declarations = id === null ? [] : await readingsApi.declarations();
    return { id, readings: declarations.find((each) => each.id === id) };
  }, [id]);
  if (problem !== undefined) return { prepare: asTheyAre, problem };
  // What is known of another address is not what is asked for.
  if (value?.id !== id) return {};
  const { readings } = value;
  if (readings === undefined) return { prepare: asTheyAre };
  return { prepare: (policies) => withOutcome(policies, readings, outcome) };
}
