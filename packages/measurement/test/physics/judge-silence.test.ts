import { describe, expect, it } from 'vitest';
import {
  type ActiveAttack,
  chance,
  type Echoes,
  judgeSilence,
  silenceLevels,
  silences,
  simulatedEchoes,
} from '../../src/index.ts';

const noise = 0.05;
const from = 2000;

function echoes(attack?: Partial<ActiveAttack>): Echoes {
  const random = chance(3);
  const schedule = silences(3000, 0.1, random);
  const plan = attack && { amplitude: 1, reaction: 1, from, ...attack };
  return { sent: Float64Array.from(schedule), heard: simulatedEchoes(schedule, noise, random, plan) };
}

describe('what an active sensor hears while it is silent', () => {
  it('says how loud silence is, with an attacker in a third of it and without', () => {
    const calm = silenceLevels(echoes());
    expect(calm.ambient).toBeCloseTo(0, 1);
    expect(calm.noise).toBeGreaterThan(0.04);
    expect(calm.noise).toBeLessThan(0.06);
    expect(silenceLevels(echoes({})).noise).toBeLessThan(3 * noise);
  });

  it('is one alarm from the first answer on, and none where nobody answers', () => {
    const attacked = echoes({});
    const { alarms, silent, severities } = judgeSilence(attacked, silenceLevels(attacked));
    expect(silent).toBe(attacked.sent.filter((each) => each === 0).length);
    expect(alarms).toHaveLength(1);
    expect(alarms[0]?.first).toBeGreaterThanOrEqual(from);
    expect(alarms[0]?.first).toBeLessThan(from + 40);
    expect(severities.subarray(0, from).every((each) => each < 1)).toBe(true);
    expect(judgeSilence(echoes(), silenceLevels(echoes())).alarms).toEqual([]);
  });

  it('counts no echo that is on its way, and nothing that is missing', () => {
    const schedule = silences(3000, 0.4, chance(5));
    const sent = Float64Array.from(schedule);
    const normal = simulatedEchoes(schedule, noise, chance(6));
    // The echo comes a sample late: silence after a sending sample hears it.
    const heard = normal.map((value, at) => value - (sent[at] as number) + (sent[at - 1] ?? 0));
    heard[100] = Number.NaN;
    const levels = { ambient: 0, noise };
    expect(judgeSilence({ sent, heard }, levels).alarms).not.toEqual([]);
    expect(judgeSilence({ sent, heard }, levels, 1).alarms).toEqual([]);
  });

  it('says so where it cannot be judged', () => {
    const sent = Float64Array.from({ length: 500 }, () => 1);
    const levels = { ambient: 0, noise };
    const code = (judged: () => unknown) => {
      try {
        return judged();
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(code(() => judgeSilence({ sent, heard: sent }, levels))).toBe('measurement/too-few-silences');
    const still = new Float64Array(500);
    expect(code(() => silenceLevels({ sent: still, heard: still }))).toBe(
      'measurement/silence-without-noise',
    );
  });
});
