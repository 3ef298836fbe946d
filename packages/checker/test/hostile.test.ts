import { CborTag, type CborValue, encodeCbor } from '@kiten/codec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkVerdict, parseTrust } from '../src/index.ts';
import { nodeCryptography, sha256 } from './support/keys.ts';
import { makePeople, trustFile } from './support/people.ts';
import { compose, encodeBundle, now, type Parts } from './support/world.ts';

const people = makePeople();
const trust = parseTrust(JSON.stringify(trustFile(people)));
const options = { now, cryptography: nodeCryptography };
const { parts } = compose(people);

const octets = fc.uint8Array({ maxLength: 80 });
const { value: cbor } = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.maxSafeInteger(),
    fc.string({ unit: 'binary' }),
    octets,
    fc.constantFrom(null, undefined, true, false, -0, 1.5, Number.NaN, 2n ** 64n),
    fc.array(tie('value'), { maxLength: 9 }),
    fc
      .dictionary(fc.string(), tie('value'), { maxKeys: 4 })
      .map((record) => new Map(Object.entries(record)) as CborValue),
    tie('value').map((value) => new CborTag(18, value)),
  ),
}));

const refused = async (bundle: Uint8Array) => {
  const report = await checkVerdict(bundle, trust, options);
  expect(report).toMatchObject({ holds: false, message: expect.any(String) });
};

test('no bytes whatever make it throw or hold', async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 4000 }), refused), { numRuns: 2000 });
});

test('no CBOR whatever makes it throw or hold', async () => {
  await fc.assert(
    fc.asyncProperty(cbor, (value) => refused(encodeCbor(value))),
    { numRuns: 2000 },
  );
});

test('no CBOR in place of a member, a leaf, a step or a statement makes it throw or hold', async () => {
  const places: ((value: CborValue) => Partial<Parts>)[] = [
    (value) => ({ format: value }),
    (value) => ({ version: value }),
    (value) => ({ rules: value }),
    (value) => ({ rules: [sha256(encodeCbor(value)), encodeCbor(value)] }),
    (value) => ({ checkpoint: value }),
    (value) => ({ keys: parts.keys.with(2, value) }),
    (value) => ({ leaves: parts.leaves.with(3, value) }),
    (value) => ({
      leaves: parts.leaves.with(2, [1, 3, new Uint8Array(0), encodeCbor(new CborTag(18, value))]),
    }),
    (value) => ({ leaves: parts.leaves.with(3, [2, 'key', sha256(), value, null]) }),
    (value) => ({ steps: parts.steps.with(1, value) }),
    (value) => ({ steps: Array.isArray(value) ? value : [] }),
    (value) => ({ goal: Array.isArray(value) ? value : [] }),
  ];
  const whole = encodeBundle(parts);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), cbor, async (place, value) => {
      const bundle = encodeBundle({ ...parts, ...place(value) });
      // Chance may put back what was there: the version is a small number.
      fc.pre(Buffer.compare(bundle, whole) !== 0);
      await refused(bundle);
    }),
    { numRuns: 4000 },
  );
});

test('no text in place of the checkpoint makes it throw or hold', async () => {
  const line = fc.oneof(
    fc.constantFrom(...String(parts.checkpoint).split('\n')),
    fc.constantFrom('', 'kiten.time 0', 'kiten.marks 0 ', '— a b', '—', '— a AAAAAAA='),
    fc.string({ unit: 'binary' }),
  );
  const note = fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n'));
  await fc.assert(
    fc.asyncProperty(note, (checkpoint) => refused(encodeBundle({ ...parts, checkpoint }))),
    { numRuns: 2000 },
  );
});

test('what is nested without end is refused without recursion', async () => {
  for (const head of [0x81, 0xa1, 0xd2]) await refused(new Uint8Array(65_536).fill(head));
});

test('the work on a bundle is bounded: one signature a statement and a line, one hash a path element', async () => {
  const counts = { verified: 0, hashed: 0 };
  const cryptography = {
    sha256: (data: Uint8Array) => {
      counts.hashed += 1;
      return nodeCryptography.sha256(data);
    },
    verify: (...signed: Parameters<typeof nodeCryptography.verify>) => {
      counts.verified += 1;
      return nodeCryptography.verify(...signed);
    },
  };
  const report = await checkVerdict(encodeBundle(parts), trust, { now, cryptography });
  expect(report.holds).toBe(true);
  expect(counts.verified).toBe(7 + 3);
  const paths = (value: CborValue): number =>
    Array.isArray(value)
      ? value.reduce<number>((sum, each) => sum + paths(each), 0)
      : value instanceof Uint8Array && value.length % 32 === 0 && value.length > 32
        ? value.length / 32
        : 0;
  // Besides path elements: keys, roots and verifier keys, the rules, two a statement, one a neighbour.
  const others = 5 + 4 + 3 + 1 + 7 * 2 + parts.leaves.length * 2;
  expect(counts.hashed).toBeLessThanOrEqual(paths(parts.leaves) + others);
});

test('a bundle full of the largest of everything is judged in a bounded number of steps', async () => {
  const leaf = [0, people.operator.id, 'operator'];
  const steps = Array.from({ length: 1024 }, () => [0, 0, 0, 0, 0, 0]);
  await refused(encodeBundle({ ...parts, leaves: Array.from({ length: 256 }, () => leaf), steps }));
  const lines = `— ${'a'.repeat(500)} ${'A'.repeat(400)}\n`.repeat(64);
  await refused(encodeBundle({ ...parts, checkpoint: `${'a\n'.repeat(1000)}\n${lines}` }));
});
