import { type CborValue, decodeCbor, encodeCbor } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Bundle,
  type BundleLeaf,
  bundleLimits,
  type DerivationLeaf,
  decodeBundle,
  deriveVerdict,
  encodeBundle,
  encodeRuleSet,
  type InclusionProof,
  type Neighbour,
  ruleSetDigest,
  verdictRules,
} from '../../src/index.ts';
import { sha256 } from '../keys.ts';
import { finding, operator, say, verifier } from './parties.ts';
import { attested } from './scene.ts';

const code = (code: string) => expect.objectContaining({ code });
const checkpoint =
  'plant-7.example/log\n7\nAAAA\nkiten.time 1\nkiten.marks 0 AAAA\n\n— plant-7.example/log AAAA\n';
const hashes = (count: number) =>
  Array.from({ length: count }, (_, index) => new Uint8Array(32).fill(index + 1));
const inclusion = (index: number, length = 3): InclusionProof => ({ index, path: hashes(length) });
const neighbour = (index: number): Neighbour => ({ ...inclusion(index, 2), mark: new Uint8Array([index]) });

/** The leaf with what proves it; here nothing is looked at but the form. */
function proven(leaf: DerivationLeaf, place: number, length?: number): BundleLeaf {
  switch (leaf.kind) {
    case 'root':
      return leaf;
    case 'statement':
      return { ...leaf, ...inclusion(place, length) };
    case 'absence':
      return { kind: 'absence', mark: leaf.mark, left: place % 2 ? null : neighbour(7), right: neighbour(8) };
    case 'presence':
      return { kind: 'presence', mark: leaf.mark, ...inclusion(place) };
  }
}

function bundle(
  derivation = deriveVerdict(attested({ findings: [finding({ value: 2 })] })),
  length?: number,
): Bundle {
  const { goal, steps } = derivation;
  return {
    rules: { digest: ruleSetDigest(verdictRules, sha256), text: encodeRuleSet(verdictRules) },
    checkpoint,
    keys: [operator.signer.publicKey, verifier.signer.publicKey],
    leaves: derivation.leaves.map((leaf, place) => proven(leaf, place, length)),
    steps,
    goal,
  };
}

const revoked = {
  ...attested({ standing: 'revoked' }),
  isMarked: ({ kind }: { kind: string }) => kind === 'subject',
};
const whole = bundle();
const bytes = encodeBundle(whole);
const raw = decodeCbor(bytes) as CborValue[];
const without = ({ leaves, ...others }: Bundle) => ({
  ...others,
  leaves: leaves.map((leaf) => {
    if (leaf.kind !== 'statement') return leaf;
    const { kind, index, path, statement } = leaf;
    return { kind, index, path, statement };
  }),
});

test('a bundle comes back as it was encoded, with the rules or without, on one revoked or not', () => {
  const compact = { ...whole, rules: { digest: whole.rules.digest } };
  for (const each of [whole, compact, bundle(deriveVerdict(revoked))]) {
    expect(decodeBundle(encodeBundle(each))).toEqual(without(each));
  }
  expect(bytes.length - encodeBundle(compact).length).toBe(encodeRuleSet(verdictRules).length + 2);
});

test('it is the array of eight of docs/verdict-bundle.md', () => {
  const [name, version, rules, text, keys, leaves, steps, goal] = raw as CborValue[][];
  expect([name, version, text]).toEqual(['kiten-verdict', 1, checkpoint]);
  expect(rules).toEqual([sha256(encodeRuleSet(verdictRules)), encodeRuleSet(verdictRules)]);
  expect(keys).toEqual([operator.signer.publicKey, verifier.signer.publicKey]);
  expect(steps).toEqual(whole.steps);
  expect(goal).toEqual(whole.goal);
  const path = new Uint8Array([...hashes(3)].flatMap((hash) => [...hash]));
  const short = path.slice(0, 64);
  const [root, statement, , , absence] = leaves as CborValue[];
  const [, first] = whole.leaves as [unknown, { statement: Uint8Array }];
  expect(root).toEqual([0, operator.keyId, 'operator']);
  expect(statement).toEqual([1, 1, path, first.statement]);
  expect(absence).toEqual([
    2,
    'key',
    operator.keyId,
    [7, new Uint8Array([7]), short],
    [8, new Uint8Array([8]), short],
  ]);
  const presence = (decodeCbor(encodeBundle(bundle(deriveVerdict(revoked)))) as CborValue[][])[5]?.at(-1);
  expect(presence).toEqual([3, 'subject', 'device:pump-1', 7, path]);
});

test('the same derivation gives the same bytes', () => {
  const scene = attested({ findings: [finding({ value: 2 }), finding({ value: 33, aspect: 'b' })] });
  expect(encodeBundle(bundle(deriveVerdict(scene)))).toEqual(
    encodeBundle(bundle(deriveVerdict({ ...scene }))),
  );
});

test('what is not an encoding of a bundle is refused, and what is, is the only one', () => {
  let accepted = 0;
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (index, octet) => {
      const changed = bytes.map((byte, at) => (at === index ? octet : byte));
      let decoded: Bundle;
      try {
        decoded = decodeBundle(changed);
      } catch (error) {
        expect(error).toMatchObject({ name: 'KitenError', code: expect.stringMatching(/^trust\//) });
        return;
      }
      accepted += 1;
      expect(encodeBundle(decoded)).toEqual(changed);
    }),
    { numRuns: 1000 },
  );
  // Signatures, hashes and keys are not judged here.
  expect(accepted).toBeGreaterThan(100);
});

describe('a bundle is refused', () => {
  const changed = (place: number, value: unknown): CborValue => raw.with(place, value as CborValue);
  const leaves = raw[5] as CborValue[][];
  const steps = raw[6] as number[][];
  const leaf = (place: number, part: number, value: unknown) =>
    changed(5, leaves.with(place, (leaves[place] as CborValue[]).with(part, value as CborValue)));
  const many = (count: number, item: unknown) => Array(count).fill(item);

  test.each<[string, string, CborValue]>([
    ['trust/bundle-malformed', 'a text', 'kiten-verdict'],
    ['trust/bundle-malformed', 'another format', changed(0, 'kiten')],
    ['trust/bundle-version', 'another version', changed(1, 2)],
    ['trust/bundle-version', 'another version of another length', ['kiten-verdict', 2]],
    ['trust/bundle-malformed', 'seven members', raw.slice(0, 7)],
    ['trust/bundle-malformed', 'nine members', [...raw, 0]],
    ['trust/bundle-malformed', 'rules without text', changed(2, [new Uint8Array(32)])],
    ['trust/bundle-malformed', 'a short digest', changed(2, [new Uint8Array(31), null])],
    ['trust/bundle-malformed', 'rules as text', changed(2, [new Uint8Array(32), 'rules'])],
    ['trust/bundle-malformed', 'a checkpoint as bytes', changed(3, new Uint8Array(9))],
    ['trust/bundle-malformed', 'no keys', changed(4, [])],
    ['trust/bundle-malformed', 'too many keys', changed(4, many(65, new Uint8Array(1)))],
    ['trust/bundle-malformed', 'an empty key', changed(4, [new Uint8Array(0)])],
    ['trust/bundle-malformed', 'no leaves', changed(5, [])],
    ['trust/bundle-malformed', 'too many leaves', changed(5, many(257, leaves[0]))],
    ['trust/bundle-malformed', 'no steps', changed(6, [])],
    ['trust/bundle-malformed', 'too many steps', changed(6, many(1025, [0, 0]))],
    ['trust/bundle-malformed', 'a goal without a predicate', changed(7, [1])],
    ['trust/bundle-malformed', 'a goal with a float', changed(7, ['verdict', 0.5])],
    ['trust/bundle-malformed', 'a leaf of no kind', leaf(0, 0, 4)],
    ['trust/bundle-malformed', 'a leaf that is empty', changed(5, leaves.with(0, []))],
    ['trust/bundle-malformed', 'a root with a short key id', leaf(0, 1, new Uint8Array(31))],
    ['trust/bundle-malformed', 'a root in no role', leaf(0, 2, 'king')],
    ['trust/bundle-malformed', 'a root with more', changed(5, leaves.with(0, [...(leaves[0] ?? []), 0]))],
    ['trust/bundle-malformed', 'a negative index', leaf(1, 1, -1)],
    ['trust/bundle-malformed', 'a path of 33 bytes', leaf(1, 2, new Uint8Array(33))],
    ['trust/bundle-malformed', 'a path of 64 hashes', leaf(1, 2, new Uint8Array(64 * 32))],
    ['trust/bundle-malformed', 'a statement that is empty', leaf(1, 3, new Uint8Array(0))],
    ['trust/bundle-malformed', 'a statement of 4097 bytes', leaf(1, 3, new Uint8Array(4097))],
    ['trust/statement-malformed', 'a statement that is none', leaf(1, 3, new Uint8Array(1))],
    ['trust/bundle-malformed', 'a mark of no kind', leaf(4, 1, 'planet')],
    ['trust/bundle-malformed', 'a mark on a subject by bytes', leaf(4, 1, 'subject')],
    ['trust/bundle-malformed', 'a mark on a key by a text', leaf(4, 2, 'key')],
    ['trust/bundle-malformed', 'a mark on a short key id', leaf(4, 2, new Uint8Array(20))],
    ['trust/bundle-malformed', 'a neighbour that is a number', leaf(4, 3, 0)],
    [
      'trust/bundle-malformed',
      'a neighbour without a mark',
      leaf(4, 3, [0, new Uint8Array(0), new Uint8Array(0)]),
    ],
    [
      'trust/bundle-malformed',
      'a neighbour that is too long',
      leaf(4, 3, [0, new Uint8Array(267), new Uint8Array(0)]),
    ],
    [
      'trust/bundle-malformed',
      'an absence with one neighbour',
      changed(5, leaves.with(4, (leaves[4] ?? []).slice(0, 4))),
    ],
    ['trust/bundle-malformed', 'a step without a rule', changed(6, steps.with(0, []))],
    ['trust/bundle-malformed', 'a step with 17 nodes', changed(6, steps.with(0, many(18, 0)))],
    ['trust/bundle-malformed', 'a step from a negative node', changed(6, steps.with(0, [0, -1]))],
    [
      'trust/bundle-malformed',
      'a step from itself',
      changed(6, [...steps.slice(0, -1), [0, 10 + steps.length - 1]]),
    ],
    ['trust/bundle-idle', 'a leaf twice', changed(5, [...leaves, leaves[0] as CborValue])],
    ['trust/bundle-idle', 'a key twice', changed(4, many(2, operator.signer.publicKey))],
    ['trust/bundle-idle', 'a key too many', changed(4, [...(raw[4] as CborValue[]), new Uint8Array(9)])],
    ['trust/bundle-idle', 'a key too few', changed(4, [operator.signer.publicKey])],
    [
      'trust/bundle-idle',
      'an idle leaf',
      changed(5, [...leaves, [3, 'subject', 'lot:7', 0, new Uint8Array(0)]]),
    ],
    [
      'trust/bundle-idle',
      'an idle step',
      changed(6, [...steps.slice(0, -1), [0, 0], steps.at(-1) as CborValue]),
    ],
  ])('%s: %s', (expected, _, value) => {
    expect(() => decodeBundle(encodeCbor(value))).toThrow(code(expected));
  });

  test.each([new Uint8Array(0), new Uint8Array([...bytes, 0]), bytes.subarray(0, -1)])(
    'as no CBOR: %#',
    (wrong) => {
      expect(() => decodeBundle(wrong)).toThrow(code('trust/bundle-malformed'));
    },
  );

  test('when it is encoded, for the same reasons', () => {
    const [first, ...others] = whole.leaves as [BundleLeaf, ...BundleLeaf[]];
    const wrong: [string, Partial<Bundle>][] = [
      ['trust/bundle-malformed', { keys: [] }],
      ['trust/bundle-idle', { leaves: [first, first, ...others] }],
      [
        'trust/bundle-idle',
        {
          leaves: [
            ...whole.leaves,
            { kind: 'presence', mark: { kind: 'subject', value: 'lot:7' }, ...inclusion(0) },
          ],
        },
      ],
      ['trust/bundle-malformed', { steps: [...whole.steps, [0, 999]] }],
      ['trust/bundle-malformed', { rules: { digest: new Uint8Array(3) } }],
    ];
    for (const [expected, change] of wrong)
      expect(() => encodeBundle({ ...whole, ...change })).toThrow(code(expected));
  });

  test('beyond 65,536 bytes', () => {
    const findings = Array.from({ length: 80 }, (_, index) => finding({ value: 2, aspect: `file-${index}` }));
    const derivation = deriveVerdict(attested({ findings }));
    expect(encodeBundle(bundle(derivation, 7)).length).toBeLessThan(bundleLimits.bytes);
    expect(() => encodeBundle(bundle(derivation, 20))).toThrow(code('trust/bundle-too-large'));
    expect(() => decodeBundle(new Uint8Array(65_537))).toThrow(code('trust/bundle-too-large'));
  });

  test('with more than 2048 nodes', () => {
    const atoms = Array.from({ length: 104 }, (_, index) => ['a', index] as const);
    const statements = Array.from(
      { length: 20 },
      (_, index) => say(verifier, [...atoms.slice(1), ['b', index]]).bytes,
    );
    const idle: BundleLeaf[] = statements.map((statement, index) => ({
      kind: 'statement',
      ...inclusion(index, 0),
      statement,
    }));
    expect(() => encodeBundle({ ...whole, keys: [verifier.signer.publicKey], leaves: idle })).toThrow(
      expect.objectContaining({ code: 'trust/bundle-malformed', message: expect.stringContaining('2048') }),
    );
  });
});
