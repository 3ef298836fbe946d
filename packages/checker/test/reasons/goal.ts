import type { CborValue } from '@kiten/codec';
import { now } from '../support/world.ts';
import {
  byRules,
  bytes,
  type Case,
  type Cases,
  goalWith,
  name,
  rules,
  ruleWith,
  usual,
  version,
} from './case.ts';

/** What is wrong with the goal. */
export const goalCases: Cases = {
  'goal-not-derived': {
    'a better status': { change: goalWith(5, 'none') },
    'another device': { change: goalWith(1, 'device:pump-2') },
    'a text in place of bytes': { change: goalWith(3, 'holder') },
    'a term too little': { change: ({ parts }) => ({ goal: parts.goal.slice(0, -1) }) },
  },
  'goal-unknown': {
    'what is derived is no verdict': unknownGoal(['finding', 'device:pump-1']),
    'a verdict with a term too much': unknownGoal([...usual.parts.goal, 0]),
    'a subject in bytes': unknownGoal(usual.parts.goal.with(1, bytes(1))),
    'an epoch in a text': unknownGoal(usual.parts.goal.with(2, '7')),
    'a holder of 31 bytes': unknownGoal(usual.parts.goal.with(3, bytes(31))),
    'a standing that there is not': unknownGoal(usual.parts.goal.with(4, 'expelled')),
    'a status that there is not': unknownGoal(usual.parts.goal.with(5, 'fine')),
    'a vector of nine bytes': unknownGoal(usual.parts.goal.with(6, bytes(9))),
    'overdue twice': unknownGoal(usual.parts.goal.with(7, 2)),
    'a profile in bytes': unknownGoal(usual.parts.goal.with(8, bytes(1))),
    'a time in a text': unknownGoal(usual.parts.goal.with(9, 'now')),
    'an end in a text': unknownGoal(usual.parts.goal.with(10, 'never')),
  },
  'verdict-lapsed': {
    'at the very millisecond': { options: { until: now } },
    'long ago': { options: { until: 0 } },
  },
  'verdict-from-the-future': { 'composed a minute and more from now': { options: { at: now + 60_001 } } },
};

/** A rule that concludes something else than a verdict, and the goal to it. */
function unknownGoal(goal: CborValue[]): Case {
  const [, , [, , body] = []] = [name, version, rules.at(-1)];
  const by = byRules(ruleWith('the verdict', goal, body as CborValue[]));
  return { ...by, change: (composition) => ({ ...by.change?.(composition), goal }) };
}
