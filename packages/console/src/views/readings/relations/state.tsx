import type { Contradiction, Relation, Suspect } from '../../../api/relations.ts';
import { Mark } from '../../../components/mark.tsx';
import { standingOf } from '../../../readings/relation-map.ts';
import type { Tier } from '../../../trust/tiers.ts';
import { words } from './words.ts';

type Shown = Exclude<Relation['state'], 'judging'> | 'settling' | 'calm';

const tiers: Readonly<Partial<Record<Shown, Tier>>> = { calm: 'affirming', alarm: 'warning' };

function shownState({ state, calmSince }: Relation): Shown {
  if (state !== 'judging') return state;
  return calmSince === undefined ? 'settling' : 'calm';
}

/** How a relation is doing, in shape, colour and words. */
export function RelationState({ relation }: { relation: Relation }) {
  const state = shownState(relation);
  const isProven = lastingOf(relation)?.tier === 'contraindicated';
  const tier = state === 'alarm' && isProven ? 'contraindicated' : (tiers[state] ?? 'none');
  return (
    <span class="status" data-tier={tier} data-state={state}>
      <Mark tier={tier} />
      <span class="status-word">{words.say(`state-${state}`)}</span>
    </span>
  );
}

/** The contradiction that lasts, while somebody judges. */
export function lastingOf({ state, alarms }: Relation): Contradiction | undefined {
  return state === 'alarm' ? alarms.find(({ ended }) => ended === undefined) : undefined;
}

export const percent = (share: number): string => String(Math.round(100 * share));

/** Whether a sensor lies or may lie, and how probable that is. */
export function certain({ sensor, probability }: Suspect, alarm: Contradiction | undefined): string {
  const word = standingOf(sensor, alarm) === 'told' ? 'lies' : 'may-lie';
  return words.say(word, { percent: percent(probability) });
}
