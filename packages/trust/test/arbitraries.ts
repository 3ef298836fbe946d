import fc from 'fast-check';
import {
  type ClaimName,
  claimNames,
  type Finding,
  type Profile,
  type Subject,
  tierOf,
} from '../src/index.ts';

export const pump: Subject = { kind: 'device', id: 'pump-1' };

export const anyClaim: fc.Arbitrary<ClaimName> = fc.constantFrom(...claimNames);

/** The whole range, with the bounds of the tiers likelier than the rest. */
export const anyValue: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: -128, max: 127 }),
  fc.constantFrom(-128, -97, -96, -33, -32, -2, -1, 0, 1, 2, 31, 32, 95, 96, 99, 127),
);

/** Few subjects, aspects and instants, so that findings often supersede each other. */
export const anyFinding: fc.Arbitrary<Finding> = fc
  .record({
    subject: fc.constantFrom<Subject>(pump, { kind: 'component', id: 'tpm' }, { kind: 'lot', id: '2031-07' }),
    claim: fc.constantFrom<ClaimName>('instance-identity', 'executables', 'sourced-data'),
    value: anyValue,
    code: fc.constantFrom('attestation/one', 'attestation/other'),
    aspect: fc.constantFrom('a', 'b'),
    appraiser: fc.constantFrom('first', 'second'),
    at: fc.integer({ min: 0, max: 12 }),
    life: fc.integer({ min: 1, max: 12 }),
    cleared: fc.integer({ min: 0, max: 9 }).map((dice) => dice === 0),
  })
  .map(({ life, cleared, ...fields }) => makeFinding(fields, life, cleared));

export const anyHistory: fc.Arbitrary<Finding[]> = fc.array(anyFinding, { maxLength: 24 });

export const anyProfile: fc.Arbitrary<Profile> = fc
  .subarray([...claimNames])
  .map((required) => ({ name: 'any', required }));

export const edges = [
  { part: { kind: 'component', id: 'tpm' }, whole: pump },
  { part: pump, whole: { kind: 'lot', id: '2031-07' } },
] as const;

type Fields = Pick<Finding, 'value'> & Partial<Finding>;

/** A valid finding about `pump`, with the given fields; an affirming one holds for `life` milliseconds. */
export function makeFinding(fields: Fields, life = 1000, cleared = false): Finding {
  const finding: Finding = {
    subject: pump,
    claim: 'executables',
    code: 'attestation/measured',
    aspect: 'boot',
    appraiser: 'measured-boot',
    at: 0,
    premises: [],
    parameters: {},
    ...fields,
  };
  const tier = tierOf(finding.value);
  if (tier === 'affirming') return { holdsUntil: finding.at + life, ...finding };
  if (cleared && tier !== 'none')
    return { ...finding, clearedBy: { operator: 'ann', reason: 'checked on site', at: 99 } };
  return finding;
}
