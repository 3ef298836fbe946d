import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  appraised,
  assign,
  backOff,
  defaultGate,
  defaultRetry,
  elapsed,
  type Member,
  mayBeAssigned,
  type Report,
  reported,
  withdraw,
} from '../../src/index.ts';
import { member } from './fixtures.ts';

const rules = { gate: { settleSeconds: 100, proof: defaultGate.proof }, retry: defaultRetry };
const assigned = assign(member(), 'affirming', 1000);
const say = (one: Member, state: Report['state'], now: number, more: object = {}) =>
  reported(one, { state, ...more }, rules, now);
const shown = (evidenceAt: number, more: object = {}) => ({
  trust: 'affirming' as const,
  evidenceAt,
  shows: true,
  ...more,
});

describe('a device of a campaign', () => {
  it('is proven by its word and by evidence from after the installation, in whichever order they come', () => {
    const installed = say(assigned, 'installed', 2000);
    const confirmed = say(installed, 'confirmed', 3000);
    expect(confirmed.state).toBe('confirmed');
    expect(appraised(confirmed, shown(3500), rules, 4000)).toMatchObject({ state: 'proven', endedAt: 4000 });
    expect(say(appraised(installed, shown(2500), rules, 2600), 'confirmed', 3000).state).toBe('proven');
  });

  it('is not proven by evidence from before, by evidence that shows something else, or by its word alone', () => {
    const confirmed = say(say(assigned, 'installed', 2000), 'confirmed', 3000);
    expect(appraised(confirmed, shown(2000), rules, 4000).state).toBe('confirmed');
    expect(appraised(confirmed, shown(3500, { shows: false }), rules, 4000).state).toBe('confirmed');
    expect(appraised(confirmed, shown(3500, { trust: 'none' }), rules, 4000).state).toBe('confirmed');
    const byWord = { ...rules, gate: { ...rules.gate, proof: 'report' as const } };
    expect(reported(assigned, { state: 'confirmed' }, byWord, 3000).state).toBe('proven');
  });

  it('has failed once it stands worse than before, also after it was proven', () => {
    const worse = { trust: 'contraindicated' as const, evidenceAt: 3500, shows: false };
    const proven = appraised(say(assigned, 'confirmed', 3000), shown(3500), rules, 4000);
    expect(proven.state).toBe('proven');
    for (const one of [assigned, say(assigned, 'installed', 2000), proven])
      expect(appraised(one, worse, rules, 5000)).toMatchObject({ state: 'failed', failure: 'verdict-fell' });
    const sick = assign(member({ wave: -1 }), 'contraindicated', 1000);
    expect(appraised(sick, worse, rules, 5000).state).toBe('assigned');
    expect(appraised(member(), worse, rules, 5000)).toEqual(member());
  });

  it('tries again later when it refused, and gives up after as many attempts as there are', () => {
    let one: Member = assigned;
    for (let attempt = 1; attempt < defaultRetry.attempts; attempt += 1) {
      one = say(one, 'refused', 2000, { code: 'update/too-slow', sentence: 'It took too long.' });
      expect(one).toMatchObject({ state: 'waiting', attempts: attempt, code: 'update/too-slow' });
      const { notBefore = 0 } = one;
      expect(mayBeAssigned(one, notBefore - 1)).toBe(false);
      expect(mayBeAssigned(one, notBefore)).toBe(true);
      one = assign(one, 'affirming', notBefore);
    }
    expect(say(one, 'refused', 9000)).toMatchObject({ state: 'failed', failure: 'refused' });
  });

  it('that went back by itself is not told again', () => {
    const back = say(say(assigned, 'installed', 2000), 'rolled-back', 3000, { code: 'update/health' });
    expect(back).toMatchObject({ state: 'failed', failure: 'rolled-back', code: 'update/health' });
    expect(say(back, 'confirmed', 4000)).toBe(back);
    expect(mayBeAssigned(back, 1e15)).toBe(false);
  });

  it('counts as failed when its time is over, and not any more when it is heard of after all', () => {
    expect(elapsed(assigned, rules, 100_999)).toBe(assigned);
    const silent = elapsed(assigned, rules, 101_000);
    expect(silent).toMatchObject({ state: 'failed', failure: 'silent' });
    const confirmed = say(silent, 'confirmed', 200_000);
    expect(confirmed).toMatchObject({ state: 'confirmed' });
    expect(confirmed.failure).toBeUndefined();
  });

  it('that was never told anything has nothing to report', () => {
    expect(() => say(member(), 'confirmed', 1)).toThrow(
      expect.objectContaining({ code: 'update/report-unassigned' }),
    );
  });

  it('whose assignment was taken back while it was at it is heard all the same', () => {
    const withdrawn = withdraw(assigned);
    expect(withdrawn.state).toBe('waiting');
    expect(say(withdrawn, 'installed', 2000).state).toBe('installed');
    expect(withdraw(say(assigned, 'installed', 2000)).state).toBe('installed');
  });

  it('changes nothing by saying something twice', () => {
    const states = fc.constantFrom<Report['state']>('installed', 'confirmed', 'rolled-back');
    fc.assert(
      fc.property(fc.array(states, { maxLength: 6 }), states, (before, last) => {
        const one = before.reduce((each, state) => say(each, state, 2000), assigned);
        const once = say(one, last, 3000);
        expect(say(once, last, 4000)).toEqual(once);
      }),
    );
  });
});

describe('the time between attempts', () => {
  it('doubles up to a bound, differs between devices, and is the same for the same device', () => {
    const retry = { attempts: 10, firstSeconds: 100, mostSeconds: 1000 };
    for (const [attempts, most] of [
      [1, 100],
      [2, 200],
      [3, 400],
      [4, 800],
      [5, 1000],
      [50, 1000],
    ] as const) {
      const waits = ['a', 'b', 'c', 'd'].map((id) => backOff(id, attempts, retry));
      for (const wait of waits) {
        expect(wait).toBeGreaterThanOrEqual(750 * most);
        expect(wait).toBeLessThanOrEqual(1000 * most);
      }
      expect(new Set(waits).size).toBe(4);
      expect(backOff('a', attempts, retry)).toBe(waits[0]);
    }
  });
});
