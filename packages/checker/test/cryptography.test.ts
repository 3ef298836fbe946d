import { describe, expect, test } from 'vitest';
import { type CheckReport, checkVerdict, knownSignatures, parseTrust } from '../src/index.ts';
import { nodeCryptography } from './support/keys.ts';
import { makePeople, trustFile } from './support/people.ts';
import { compose, encodeBundle, now, type Parts } from './support/world.ts';

const people = makePeople();
const trust = parseTrust(JSON.stringify(trustFile(people)));
const check = (parts: Parts): Promise<CheckReport> =>
  checkVerdict(encodeBundle(parts), trust, { now, cryptography: nodeCryptography });

describe('what is known already', () => {
  const counting = () => {
    const counts = { verified: 0, hashed: 0 };
    return {
      counts,
      cryptography: {
        sha256: (data: Uint8Array) => {
          counts.hashed += 1;
          return nodeCryptography.sha256(data);
        },
        verify: (...signed: Parameters<typeof nodeCryptography.verify>) => {
          counts.verified += 1;
          return nodeCryptography.verify(...signed);
        },
      },
    };
  };

  test('is not verified again, in this bundle or another that shares it', async () => {
    const known = knownSignatures();
    const { counts, cryptography } = counting();
    const first = compose(people, { statements: {} });
    const options = { now, cryptography, known };
    expect(await checkVerdict(encodeBundle(first.parts), trust, options)).toMatchObject({ holds: true });
    expect(counts.verified).toBe(10);
    const { hashed } = counts;
    expect(await checkVerdict(encodeBundle(first.parts), trust, options)).toMatchObject({ holds: true });
    expect(counts.verified).toBe(10);
    expect(counts.hashed).toBeLessThan(hashed + hashed / 3);
  });

  test('changes no answer: what is refused is refused, whatever was checked before', async () => {
    const known = knownSignatures();
    const options = { now, cryptography: nodeCryptography, known };
    const good = compose(people);
    await checkVerdict(encodeBundle(good.parts), trust, options);
    const leaf = good.leafOf('absent key operator');
    const [kind, of, value, left] = good.parts.leaves[leaf] as Parts['leaves'][];
    const wrong = {
      ...good.parts,
      leaves: good.parts.leaves.with(leaf, [kind, of, value, left, null] as never),
    };
    const answer = { holds: false, reason: 'marks-malformed', leaf };
    expect(await check(wrong)).toMatchObject(answer);
    expect(await checkVerdict(encodeBundle(wrong), trust, options)).toMatchObject(answer);
    const others = parseTrust(JSON.stringify(trustFile(makePeople())));
    const strange = await checkVerdict(encodeBundle(good.parts), others, options);
    expect(strange).toMatchObject({ holds: false, reason: 'checkpoint-signature' });
  });

  test('is bounded: the oldest is forgotten', () => {
    const known = knownSignatures(3);
    for (const digest of ['a', 'b', 'c', 'd']) known.add(digest);
    expect(['a', 'b', 'c', 'd'].map((digest) => known.has(digest))).toEqual([false, true, true, true]);
  });

  test('a failure is not', async () => {
    const added: string[] = [];
    const known = { has: () => false, add: (digest: string) => void added.push(digest) };
    const cryptography = { ...nodeCryptography, verify: () => false };
    const report = await checkVerdict(encodeBundle(compose(people).parts), trust, {
      now,
      cryptography,
      known,
    });
    expect(report).toMatchObject({ holds: false, reason: 'checkpoint-signature' });
    expect(added).toEqual([]);
  });
});

describe('cryptography that is handed in', () => {
  const bundle = encodeBundle(compose(people).parts);
  const by = (verify: (...signed: Parameters<typeof nodeCryptography.verify>) => unknown) =>
    checkVerdict(bundle, trust, {
      now,
      cryptography: { sha256: nodeCryptography.sha256, verify: verify as typeof nodeCryptography.verify },
    });

  test('may answer later', async () => {
    const later = {
      sha256: async (data: Uint8Array) => nodeCryptography.sha256(data),
      verify: async (...signed: Parameters<typeof nodeCryptography.verify>) =>
        nodeCryptography.verify(...signed),
    };
    expect(await checkVerdict(bundle, trust, { now, cryptography: later })).toMatchObject({ holds: true });
  });

  test('proves nothing by failing, or by an answer that is not true', async () => {
    const failing = await by(() => {
      throw new Error('no such algorithm');
    });
    expect(failing).toMatchObject({ holds: false, reason: 'checkpoint-signature' });
    expect(failing).toHaveProperty('message', expect.stringContaining('no such algorithm'));
    for (const answer of [1, 'true', {}, undefined]) {
      expect(await by(() => answer)).toMatchObject({ holds: false, reason: 'checkpoint-signature' });
      expect(await by(async () => answer)).toMatchObject({ holds: false, reason: 'checkpoint-signature' });
    }
  });

  test('may be an object with state of its own', async () => {
    class Counter {
      count = 0;
      sha256(data: Uint8Array) {
        this.count += 1;
        return nodeCryptography.sha256(data);
      }
      verify(...signed: Parameters<typeof nodeCryptography.verify>) {
        this.count += 1;
        return nodeCryptography.verify(...signed);
      }
    }
    const cryptography = new Counter();
    expect(await checkVerdict(bundle, trust, { now, cryptography })).toMatchObject({ holds: true });
    expect(cryptography.count).toBeGreaterThan(100);
  });
});
