import { absenceLeaf } from '../support/marks.ts';
import { leafHash } from '../support/tree.ts';
import type { Composition, Parts } from '../support/world.ts';
import { bytes, type Case, type Cases, people, usual } from './case.ts';

/** What a bundle holds though its proof does not need it. */
export const idleCases: Cases = {
  'key-unused': {
    'a key that signed nothing here': {
      change: ({ parts }) => ({ keys: [...parts.keys, people.log.key.publicKey] }),
    },
    'a key that is none': { change: ({ parts }) => ({ keys: [...parts.keys, bytes(0)] }) },
  },
  'leaf-unused': {
    'a leaf that no step needs': {
      change: ({ parts, marks: all }) => ({
        leaves: [...parts.leaves, absenceLeaf('subject', 'device:pump-2', all, all.map(leafHash))],
        steps: parts.steps.map((step) => shifted(step as number[])),
      }),
      leaf: usual.parts.leaves.length,
    },
  },
  'step-unused': {
    'a step that no other needs': {
      change: ({ parts }) => ({
        steps: [parts.steps[1], ...parts.steps.map((step) => shifted(step as number[]))],
      }),
      step: 0,
    },
  },
  'leaf-repeated': {
    'a root twice': repeated('root operator'),
    'a statement twice': repeated('appointment'),
    'an absence twice': repeated('absent key operator'),
  },
};

/** The node that the first step of the usual bundle is: one leaf has two atoms, the others have one. */
function firstStep(): number {
  return usual.parts.leaves.length + 1;
}

/** A step where there are more nodes before the first step. */
function shifted([rule = 0, ...premises]: readonly number[], by = 1): number[] {
  return [rule, ...premises.map((node) => (node >= firstStep() ? node + by : node))];
}

/** A copy of a leaf behind the others, on which another appointment rests, on which the second finding rests. */
function repeated(name: string): Case {
  const change = ({ parts, leafOf }: Composition): Partial<Parts> => {
    const place = leafOf(name);
    const node = place + (place > leafOf('appointment') ? 1 : 0);
    const atoms = name === 'appointment' ? 2 : 1;
    const [first = [], ...others] = parts.steps.map((step) => shifted(step as number[], atoms + 1));
    const another = first.map((premise, index) => (index > 0 && premise === node ? firstStep() : premise));
    const steps = [another, first, ...others];
    steps[4] = steps[4]!.with(2, firstStep() + atoms);
    return { leaves: [...parts.leaves, parts.leaves[place]], steps };
  };
  return { change, leaf: usual.parts.leaves.length };
}
