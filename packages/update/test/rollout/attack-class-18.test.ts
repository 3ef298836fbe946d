import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  appraised,
  assign,
  type CampaignState,
  commanded,
  type Decision,
  decideAssignment,
  type EcuFacts,
  elapsed,
  fittings,
  goneBack,
  type Member,
  type Report,
  reported,
  type Situation,
  wayBack,
  withdraw,
} from '../../src/index.ts';
import { definition, device, ecu, everybody, member, release } from './fixtures.ts';

const campaign = {
  definition: definition(),
  releases: [release()],
  state: 'running' as CampaignState,
  wave: 0,
};
const situation = (more: Partial<Situation> = {}): Situation => ({
  ...{
    campaign,
    member: member(),
    device: device(),
    cohort: everybody,
    isPermitted: true,
    hasRoom: true,
    now: 1000,
  },
  ...more,
});
const codeOf = (decision: Decision) => decision.reason.code;

describe('trust that drops mid-wave', () => {
  const fallen = device({ trust: 'contraindicated', adverse: ['attestation/boot-unapproved'] });

  it('keeps a device from being told, and takes back what it was told and has not installed', () => {
    expect(decideAssignment(situation()).kind).toBe('assign');
    for (const one of [member(), assign(member(), 'affirming', 500)]) {
      const decision = decideAssignment(situation({ device: fallen, member: one }));
      expect([decision.kind, codeOf(decision)]).toEqual(['none', 'trust-fell']);
    }
  });

  it('does not leave a device that has installed it without what it runs', () => {
    const installed = {
      ...assign(member(), 'affirming', 500),
      state: 'installed' as const,
      installedAt: 600,
    };
    expect(decideAssignment(situation({ device: fallen, member: installed })).kind).toBe('keep');
  });

  it('does not keep the remedy from whoever it is a remedy for', () => {
    const remedy = { ...campaign, releases: [release({ remedies: ['attestation/boot-unapproved'] })] };
    const quarantined = device({ ...fallen, standing: 'quarantined' });
    for (const one of [fallen, quarantined]) {
      const asked = situation({ campaign: remedy, device: one, cohort: () => false });
      expect(decideAssignment(asked).kind).toBe('assign');
    }
    expect(codeOf(decideAssignment(situation({ device: quarantined })))).toBe('trust-fell');
  });

  it('stops everybody of a group in which a brake holds falls, but for repairs', () => {
    expect(codeOf(decideAssignment(situation({ brake: 'pumps' })))).toBe('brake-pulled');
    const repair = situation({
      campaign: { ...campaign, releases: [release({ remedies: ['attestation/boot-unapproved'] })] },
      ...{ member: member({ wave: -1 }), device: fallen, brake: 'pumps' },
    });
    expect(decideAssignment(repair).kind).toBe('assign');
  });
});

describe('a pause that races with devices', () => {
  type Step =
    | { readonly kind: 'command'; readonly command: 'pause' | 'resume' }
    | { readonly kind: 'ask' }
    | { readonly kind: 'say'; readonly state: Report['state'] }
    | { readonly kind: 'show' }
    | { readonly kind: 'pass'; readonly seconds: number };

  const steps: fc.Arbitrary<Step> = fc.oneof(
    fc.record({
      kind: fc.constant('command' as const),
      command: fc.constantFrom('pause' as const, 'resume' as const),
    }),
    fc.constant({ kind: 'ask' as const }),
    fc.record({
      kind: fc.constant('say' as const),
      state: fc.constantFrom<Report['state']>('installed', 'confirmed', 'rolled-back', 'refused'),
    }),
    fc.constant({ kind: 'show' as const }),
    fc.record({ kind: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 100_000 }) }),
  );

  it('tells nobody anything from then on, forgets nothing that they say, and counts nobody twice', () => {
    const seen = { assigned: 0, late: 0 };
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 60 }), (script) => {
        let [now, state, one] = [1000, 'running' as CampaignState, member() as Member];
        let isTold = false;
        let proven = 0;
        const rules = { gate: definition().gate, retry: definition().retry };
        for (const step of script) {
          const before = one;
          if (step.kind === 'pass') now += step.seconds * 1000;
          if (step.kind === 'command') {
            const possible = step.command === (state === 'running' ? 'pause' : 'resume');
            if (possible) state = commanded('c', state, step.command);
            else
              expect(() => commanded('c', state, step.command)).toThrow(
                expect.objectContaining({ code: 'update/campaign-state' }),
              );
          }
          if (step.kind === 'ask') {
            const decision = decideAssignment(
              situation({ campaign: { ...campaign, state }, member: one, now }),
            );
            if (decision.kind === 'assign') {
              expect(state).toBe('running');
              seen.assigned += 1;
              one = assign(one, 'affirming', now);
              isTold = true;
            }
            if (decision.kind === 'none') one = withdraw(one);
            if (state === 'paused') expect(one.state).not.toBe('assigned');
          }
          if (step.kind === 'say' && isTold) {
            if (state === 'paused' && one.state === 'waiting') seen.late += 1;
            one = reported(one, { state: step.state }, rules, now);
            if (step.state === 'installed' && before.state === 'waiting') expect(one.state).toBe('installed');
          }
          if (step.kind === 'show')
            one = appraised(one, { trust: 'affirming', evidenceAt: now, shows: true }, rules, now);
          one = elapsed(one, rules, now);
          if (before.state !== 'proven' && one.state === 'proven') proven += 1;
          now += 1;
        }
        expect(proven).toBeLessThanOrEqual(1);
        expect(one.attempts).toBeLessThanOrEqual(definition().retry.attempts + script.length);
      }),
      { numRuns: 500 },
    );
    expect(Math.min(seen.assigned, seen.late)).toBeGreaterThan(0);
  });
});

describe('a roll-back of a campaign', () => {
  const on = (more: Partial<EcuFacts>) => device({ ecus: [ecu({ target: 'pump-2.1.img', ...more })] });
  const installed = member({ state: 'installed', assignedAt: 1, installedAt: 2 });
  const previous = [release({ target: 'pump-2.0.img', releaseCounter: 6, version: '2.0' })];

  it('takes back who has not confirmed, and leaves who has: its counter is burnt', () => {
    const back = wayBack(installed, on({ releaseCounter: 6 }), [release()], previous);
    // It is told nothing, and its own other slot has what it ran.
    expect(back).toMatchObject({ kind: 'back', fittings: [] });
    expect(goneBack(installed, back, 9)).toMatchObject({ state: 'returning' });
    const confirmed = { ...installed, state: 'confirmed' as const, confirmedAt: 3 };
    const stuck = wayBack(confirmed, on({ releaseCounter: 7 }), [release()], previous);
    expect(stuck).toEqual({ kind: 'stuck', reason: { code: 'cannot-go-back', parameters: { burnt: 7 } } });
    expect(goneBack(confirmed, stuck, 9)).toMatchObject({ state: 'stuck', endedAt: 9 });
  });

  it('lets who has confirmed go back to what has the same counter', () => {
    const equal = [release({ target: 'pump-2.0b.img', releaseCounter: 7 })];
    const back = wayBack(installed, on({ releaseCounter: 7 }), [release()], equal);
    expect(back).toMatchObject({ kind: 'back', fittings: [{ release: { target: 'pump-2.0b.img' } }] });
  });

  it('has nothing to say to who never had it, or is back', () => {
    expect(wayBack(member(), device(), [release()], previous)).toMatchObject({ kind: 'nothing' });
    const back = wayBack(installed, device(), [release()], previous);
    expect(back).toMatchObject({ kind: 'nothing', reason: { code: 'went-back' } });
    expect(goneBack(installed, back, 9)).toMatchObject({ state: 'returned', endedAt: 9 });
    expect(goneBack(member(), back, 9)).toEqual(member());
  });

  it('and every other assignment never goes below a counter that is burnt', () => {
    const counters = fc.integer({ min: 0, max: 9 });
    const some = fc.array(fc.record({ hardwareId: fc.constantFrom('a', 'b'), releaseCounter: counters }), {
      maxLength: 4,
    });
    let assignments = 0;
    fc.assert(
      fc.property(some, some, some, (ecus, releases, before) => {
        const named = (list: typeof releases, prefix: string) =>
          list.map(({ hardwareId, releaseCounter }, index) =>
            release({ hardwareIds: [hardwareId], releaseCounter, target: `${prefix}${index}` }),
          );
        const known = named(releases, 'new');
        const mine = ecus.map((one, index) =>
          ecu({ ...one, ecu: `${index}`, target: known[index % 2]?.target ?? 'old' }),
        );
        const back = wayBack(installed, { ecus: mine }, known, named(before, 'old'));
        for (const one of [...fittings(mine, known), ...(back.kind === 'back' ? back.fittings : [])]) {
          assignments += 1;
          expect(one.release.releaseCounter).toBeGreaterThanOrEqual(one.ecu.releaseCounter);
          expect(one.release.hardwareIds).toContain(one.ecu.hardwareId);
        }
      }),
    );
    expect(assignments).toBeGreaterThan(0);
  });
});
