import { type CborValue, encodeCbor } from '@kiten/codec';
import { sha256 } from '../support/keys.ts';
import { makePeople, trustFile } from '../support/people.ts';
import { ruleNumber, ruleSet } from '../support/rules.ts';
import type { StatementParts } from '../support/statement.ts';
import {
  type Composition,
  type CompositionOptions,
  compose,
  type Parts,
  type StatementName,
} from '../support/world.ts';

export const people = makePeople();
export const file = trustFile(people);
export const usual = compose(people);
export const bytes = (length: number) => new Uint8Array(length);

/** A bundle that does not hold, and where. */
export interface Case {
  readonly options?: CompositionOptions;
  /** What is changed about the bundle that these options make. */
  readonly change?: (composition: Composition) => Partial<Parts>;
  /** Bytes in place of it. */
  readonly bundle?: Uint8Array;
  /** What the trust file has otherwise. */
  readonly trust?: Record<string, unknown>;
  readonly leaf?: string | number;
  readonly step?: number;
}

/** Cases by reason, and by what is wrong. */
export type Cases = Readonly<Record<string, Readonly<Record<string, Case>>>>;

export const leavesWith =
  (name: string, change: (leaf: CborValue[]) => CborValue) => (composition: Composition) => {
    const place = composition.leafOf(name);
    const leaves = composition.parts.leaves.with(
      place,
      change([...(composition.parts.leaves[place] as CborValue[])]),
    );
    return { leaves };
  };
export const stepsWith =
  (label: string, change: (step: number[]) => CborValue) =>
  ({ parts, stepOf }: Composition) => {
    const place = stepOf(label);
    return { steps: parts.steps.with(place, change([...(parts.steps[place] as number[])])) };
  };
export const said = (name: StatementName, change: Partial<StatementParts>): CompositionOptions => ({
  statements: { [name]: (parts: StatementParts) => ({ ...parts, ...change }) },
});
export const goalWith = (place: number, term: CborValue) => () => ({
  goal: usual.parts.goal.with(place, term),
});
/** Another rule set, which the trust file believes. */
export const byRules = (rules: CborValue): Case => {
  const text = encodeCbor(rules);
  return {
    change: () => ({ rules: [sha256(text), text] }),
    trust: { rules: [{ digest: Buffer.from(sha256(text)).toString('hex') }] },
  };
};
export const [name, version, rules] = ruleSet as [string, number, CborValue[][]];
export const ruleWith = (label: string, head: CborValue, body: CborValue[]): CborValue => [
  name,
  version,
  rules.with(ruleNumber(label), [label, head, body]),
];
export const signed = (change: (note: string) => string) => ({
  change: ({ note, sign }: Composition) => ({
    checkpoint: sign(change(note), people.log, ...people.witnesses),
  }),
});

/** Sets entries of a map. */
export function setting(...entries: [CborValue, CborValue][]) {
  return (map: Map<CborValue, CborValue>): void => {
    for (const [label, value] of entries) map.set(label, value);
  };
}
