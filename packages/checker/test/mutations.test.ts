import { type CborValue, encodeCbor } from '@kiten/codec';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkVerdict, knownSignatures, parseTrust } from '../src/index.ts';
import { makeKey, nodeCryptography, sha256 } from './support/keys.ts';
import { absenceLeaf, mark } from './support/marks.ts';
import { mutantsOf, randomFrom } from './support/mutate.ts';
import { checkpointText } from './support/note.ts';
import { makePeople, trustFile } from './support/people.ts';
import { leafHash, pathOf, rootOf } from './support/tree.ts';
import { compose, encodeBundle, now, type Parts } from './support/world.ts';

const seed = 20_260_731;
const people = makePeople();
const trust = parseTrust(JSON.stringify(trustFile(people)));
const good = compose(people);
const bytes = encodeBundle(good.parts);
const original = Buffer.from(bytes);
/** Shared by all: what makes checks cheap must not make one of them hold. */
const known = knownSignatures(100_000);
const reasons = new Map<string, number>();

const options = { now, cryptography: nodeCryptography, known };

/** Requires that a bundle does not hold, unless it is the original, and counts why. */
async function refuse(bundle: Uint8Array, what: string, at = now): Promise<boolean> {
  if (at === now && original.equals(bundle)) return false;
  const report = await checkVerdict(bundle, trust, { ...options, now: at });
  if (report.holds) throw new Error(`A mutant holds: ${what} (seed ${seed}).`);
  reasons.set(report.reason, (reasons.get(report.reason) ?? 0) + 1);
  return true;
}

const refuseParts = (change: Partial<Parts>, what: string) =>
  refuse(encodeBundle({ ...good.parts, ...change }), what);

beforeAll(async () => {
  expect(await checkVerdict(bytes, trust, options)).toMatchObject({ holds: true });
});

describe('no mutant of a bundle holds', () => {
  test('with any byte flipped, in one bit or in all', { timeout: 240_000 }, async () => {
    const random = randomFrom(seed);
    for (let at = 0; at < bytes.length; at += 1) {
      const mutant = bytes.slice();
      mutant[at]! ^= at % 4 === 0 ? 0xff : 1 << Math.floor(random() * 8);
      await refuse(mutant, `byte ${at} flipped`);
    }
  });

  test('cut at any length', { timeout: 120_000 }, async () => {
    for (let length = 0; length < bytes.length; length += 1) {
      await refuse(bytes.subarray(0, length), `cut to ${length} bytes`);
    }
  });

  test('with any member changed, down to what is within statements and rules', {
    timeout: 240_000,
  }, async () => {
    const random = randomFrom(seed + 1);
    let count = 0;
    const value: CborValue = [good.parts.format, good.parts.version, ...Object.values(good.parts).slice(2)];
    for (const { what, value: mutant } of mutantsOf(value, random)) {
      // The order of the keys says nothing, and no signature covers it.
      if (/^\.4 (?:\d+ and \d+ swapped|turned around)$/.test(what)) continue;
      if (await refuse(encodeCbor(mutant), what)) count += 1;
    }
    expect(count).toBeGreaterThan(5000);
  });

  test('with leaves of another device', async () => {
    const other = compose(people, { device: 'device:pump-2' });
    for (const [index] of good.parts.leaves.entries()) {
      const leaves = good.parts.leaves.with(index, other.parts.leaves[index]);
      await refuseParts({ leaves }, `leaf ${index} of another device`);
      const reverse = other.parts.leaves.with(index, good.parts.leaves[index]);
      await refuseParts({ leaves: reverse }, `all leaves but ${index} of another device`);
    }
    await refuseParts({ goal: other.parts.goal }, 'the verdict of another device');
    await refuseParts({ checkpoint: other.parts.checkpoint }, 'the checkpoint at another time');
  });

  test('with another checkpoint: old, early, smaller, larger, of another log, of other marks', async () => {
    const notes = {
      old: compose(people, { time: now - 86_400_001 }),
      early: compose(people, { time: now + 60_001 }),
    };
    for (const [what, { parts }] of Object.entries(notes))
      await refuseParts(
        { checkpoint: parts.checkpoint!, leaves: parts.leaves, steps: parts.steps, keys: parts.keys },
        what,
      );
    const signers = [people.log, ...people.witnesses];
    const changes: Record<string, [RegExp, string]> = {
      'a smaller tree': [/\n41\n/, '\n40\n'],
      'a larger tree': [/\n41\n/, '\n42\n'],
      'another log': [/^.*\n/, 'plant-8.example/log\n'],
      'fewer marks': [/kiten.marks \d+/, 'kiten.marks 21'],
      'more marks': [/kiten.marks \d+/, 'kiten.marks 23'],
    };
    for (const [what, [from, to]] of Object.entries(changes)) {
      const note = good.note.replace(from, to);
      expect(note).not.toBe(good.note);
      await refuseParts({ checkpoint: good.sign(note, ...signers) }, what);
    }
    const head = { origin: 'plant-7.example/log', size: 1, root: leafHash(new Uint8Array(0)) };
    const another = checkpointText(head, ...good.note.split('\n').slice(3, -1));
    await refuseParts({ checkpoint: good.sign(another, ...signers) }, 'a log of one entry');
    const stranger = { ...people.log, key: makeKey('EdDSA') };
    await refuseParts(
      { checkpoint: good.sign(good.note, stranger, ...people.witnesses) },
      'a log under its name',
    );
  });

  test('with marks from a tree that has grown or shrunk', async () => {
    for (const [what, marks] of [
      ['grown', [...good.marks, mark('subject', 'device:pump-1')].sort(Buffer.compare)],
      ['shrunk', good.marks.slice(1)],
      ['empty', []],
    ] as const) {
      const hashes = marks.map(leafHash);
      const place = good.leafOf('absent subject device');
      const leaf = absenceLeaf('subject', 'device:pump-1', marks, hashes);
      await refuseParts({ leaves: good.parts.leaves.with(place, leaf) }, `marks ${what}`);
      const root = Buffer.from(rootOf(hashes)).toString('base64');
      const note = good.note.replace(/kiten.marks.*/, `kiten.marks ${marks.length} ${root}`);
      const checkpoint = good.sign(note, people.log, ...people.witnesses);
      await refuseParts(
        { checkpoint, leaves: good.parts.leaves.with(place, leaf) },
        `marks ${what}, and signed`,
      );
    }
    const present = good.leafOf('present');
    const index = good.marks.findIndex((one) => one[0] === 's'.charCodeAt(0));
    const path = pathOf(index, good.marks.map(leafHash));
    const other = [3, 'statement', good.marks[index]!.slice(10), index, path];
    await refuseParts({ leaves: good.parts.leaves.with(present, other) }, 'another mark that is present');
  });

  test('with its steps in another order, or resting on other nodes', async () => {
    const random = randomFrom(seed + 2);
    const { steps } = good.parts as { steps: number[][] };
    const nodes = good.parts.leaves.length + 1 + steps.length;
    for (let count = 0; count < 500; count += 1) {
      const order = steps.map((step) => [random(), step] as const).sort(([left], [right]) => left - right);
      await refuseParts({ steps: order.map(([, step]) => step) }, 'steps shuffled');
      const at = Math.floor(random() * steps.length);
      const step = steps[at]!;
      const place = 1 + Math.floor(random() * (step.length - 1));
      const changed = steps.with(at, step.with(place, Math.floor(random() * nodes)));
      await refuseParts({ steps: changed }, `another premise ${place} of step ${at}`);
    }
  });

  test('with rules that somebody else wrote', async () => {
    const random = randomFrom(seed + 3);
    const [, text] = good.parts.rules as [Uint8Array, Uint8Array];
    for (const { what, value } of mutantsOf(text, random)) {
      const other = value instanceof Uint8Array ? value : encodeCbor(value);
      if (Buffer.from(other).equals(text)) continue;
      await refuseParts({ rules: [sha256(other), other] }, `rules ${what}`);
    }
  });

  test('at another time', async () => {
    for (const at of [
      0,
      now - 86_400_000,
      now - 70_000,
      now + 3_600_000,
      now + 86_400_000,
      Number.MAX_SAFE_INTEGER,
    ]) {
      await refuse(bytes, `checked at ${at}`, at);
    }
  });
});

test('that something was proven before changes no answer', { timeout: 120_000 }, async () => {
  const random = randomFrom(seed + 4);
  const { known: _, ...fresh } = options;
  for (let count = 0; count < 400; count += 1) {
    const mutant = bytes.slice();
    mutant[Math.floor(random() * bytes.length)]! ^= 1 << Math.floor(random() * 8);
    expect(await checkVerdict(mutant, trust, fresh)).toEqual(await checkVerdict(mutant, trust, options));
  }
});

test('the order of the keys says nothing: a bundle holds with them in any', async () => {
  const bundle = encodeBundle({ ...good.parts, keys: good.parts.keys.toReversed() });
  expect(await checkVerdict(bundle, trust, options)).toMatchObject({ holds: true });
});

afterAll(() => {
  const total = [...reasons.values()].reduce((sum, count) => sum + count, 0);
  const lines = [...reasons]
    .sort(([, left], [, right]) => right - left)
    .map(([reason, count]) => `${String(count).padStart(7)}  ${reason}`);
  process.stdout.write(`${total} mutants, seed ${seed}:\n${lines.join('\n')}\n`);
  expect(total).toBeGreaterThan(10_000);
  const classes = new Set([...reasons.keys()].map((reason) => reason.slice(0, reason.indexOf('-'))));
  const all = [
    'bundle',
    'rules',
    'log',
    'checkpoint',
    'root',
    'statement',
    'key',
    'marks',
    'step',
    'leaf',
    'goal',
    'verdict',
  ];
  expect([...classes].sort()).toEqual(all.sort());
});
