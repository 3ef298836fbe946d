import type { Contradiction, Relation, Suspect } from '../../../api/relations.ts';
import { Mark } from '../../../components/mark.tsx';
import { standingOf } from '../../../readings/relation-map.ts';
import type { Tier } from '../../../trust/tiers.ts';
import { words } from './words.ts';

type Shown = Exclude<Relation['state'], 'judging'> | 'settling' | 'calm';

const tiers: Readonly<Partial<Record<Shown, Tier>>> = { calm: 'affirming', alarm: 'warning' };

/** One that is being learned, or waits to be accepted, is judged by what was accepted before. */
function shownStates(relation: Relation): readonly Shown[] {
  const { state, calmSince, proposal } = relation;
  if (state === 'judging') return [calmSince === undefined ? 'settling' : 'calm'];
  if (lastingOf(relation) === undefined) return [state];
  if (state !== 'alarm') return ['alarm', state];
  return proposal === undefined ? ['alarm'] : ['alarm', 'learned'];
}

/** How a relation is doing, in shape, colour and words. */
export function RelationState({ relation }: { relation: Relation }) {
  const isProven = lastingOf(relation)?.tier === 'contraindicated';
  return (
    <>
      {shownStates(relation).map((state) => {
        const tier = state === 'alarm' && isProven ? 'contraindicated' : (tiers[state] ?? 'none');
        return (
          <span key={state} class="status" data-tier={tier} data-state={state}>
            <Mark tier={tier} />
            <span class="status-word">{words.say(`state-${state}`)}</span>
          </span>
        );
      })}
    </>
  );
}

/** The contradiction that lasts, while somebody judges: also of one that is being learned meanwhile. */
export function lastingOf({ state, alarms }: Relation): Contradiction | undefined {
  return state === 'unjudged' ? undefined : alarms.find(({ ended }) => ended === undefined);
}

export const percent = (share: number): string => String(Math.round(100 * share));

/** Whether a sensor lies or may lie, and how probable that is. */
export function certain({ sensor, probability }: Suspect, alarm: Contradiction | undefined): string {
  const word = standingOf(sensor, alarm) === 'told' ? 'lies' : 'may-lie';
  return words.say(word, { percent: percent(probability) });
}
