import { describe, expect, it } from 'vitest';
import { type ActiveAttack, ChallengeVerifier, chance, silences, simulatedEchoes } from '../../src/index.ts';

const noise = 0.05;
const from = 400;

/** Silent samples after the attack began, up to and with the one that gives it away; `undefined`: none does. */
function noticedAfter(seed: number, attack?: ActiveAttack): number | undefined {
  const random = chance(seed);
  const schedule = silences(3000, 0.1, random);
  const verifier = new ChallengeVerifier({ ambient: 0, noise });
  let silent = 0;
  for (const [at, reading] of simulatedEchoes(schedule, noise, random, attack).entries()) {
    const isSent = schedule[at] === 1;
    if (!isSent && at >= from) silent++;
    if (verifier.push(isSent, reading) >= 1) return at < from ? -1 : silent;
  }
  return undefined;
}

describe('silence that nobody can foresee', () => {
  it('is answered by nothing where nobody attacks', () => {
    for (let seed = 1; seed <= 30; seed++) expect(noticedAfter(seed)).toBeUndefined();
  });

  it.each([
    ['does not look', Number.POSITIVE_INFINITY],
    ['needs a sample to notice', 1],
    ['needs seven samples', 7],
  ])('gives whoever %s away, in the first silent sample in which it is heard', (_, reaction) => {
    for (let seed = 1; seed <= 10; seed++) {
      const after = noticedAfter(seed, { amplitude: 1, reaction, from });
      expect(after).toBeGreaterThanOrEqual(1);
      // What was silent before it may have taught it to be silent now.
      expect(after).toBeLessThanOrEqual(3);
    }
  });

  it('gives away whoever is hardly louder than the noise, after a while', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const after = noticedAfter(seed, { amplitude: 0.15, reaction: Number.POSITIVE_INFINITY, from });
      expect(after).toBeLessThan(80);
    }
  });

  it('does not give away whoever needs no time, which is why silence is a sample long', () => {
    expect(noticedAfter(1, { amplitude: 1, reaction: 0, from })).toBeUndefined();
  });

  it('has the share that is asked for', () => {
    const silent = silences(10_000, 0.1, chance(1)).filter((each) => each === 0).length;
    expect(silent).toBeGreaterThan(850);
    expect(silent).toBeLessThan(1150);
  });
});
