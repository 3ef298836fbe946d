import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fragileWaves, planCampaign } from '../../src/index.ts';
import { definition, device, ecu, everybody, release } from './fixtures.ts';

const releases = [release({ remedies: ['attestation/boot-unapproved'] })];
const fleet = (size: number) => Array.from({ length: size }, (_, index) => device({ id: `pump-${index}` }));
const parts = (more: object = {}) => ({
  definition: definition(more),
  releases,
  cohort: everybody,
  seed: 'seed',
});

describe('a plan', () => {
  it('is the same for the same seed, in whatever order devices come, and another one for another', () => {
    const devices = fleet(500);
    const plan = planCampaign(devices, parts());
    expect(planCampaign(devices.toReversed(), parts())).toEqual(plan);
    expect(planCampaign(devices, { ...parts(), seed: 'other' }).waves).not.toEqual(plan.waves);
  });

  it('puts each device of the cohort into one wave, and the waves reach what they say', () => {
    const waves = fc
      .uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 5 })
      .map((percents) => [
        ...percents.sort((left, right) => left - right).map((percent) => ({ percent })),
        { percent: 100 },
      ]);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), waves, (size, wanted) => {
        const plan = planCampaign(fleet(size), parts({ waves: wanted }));
        const planned = plan.waves.flatMap(({ devices }) => devices);
        expect(new Set(planned).size).toBe(size);
        expect(planned).toHaveLength(size);
        let reached = 0;
        for (const [index, { devices }] of plan.waves.entries()) {
          reached += devices.length;
          expect(reached).toBe(Math.ceil((size * (wanted[index]?.percent ?? 0)) / 100));
        }
      }),
    );
  });

  it('says of everybody else why not, and keeps those that their evidence calls the release for apart', () => {
    const sick = { trust: 'contraindicated' as const, adverse: ['attestation/boot-unapproved'] };
    const plan = planCampaign(
      [
        device({ id: 'a' }),
        device({ id: 'revoked', standing: 'revoked' }),
        device({ id: 'quarantined', standing: 'quarantined' }),
        device({ id: 'repairable', standing: 'quarantined', ...sick }),
        device({ id: 'fallen', ...sick, adverse: ['gateway/other'] }),
        device({ id: 'other', ecus: [ecu({ hardwareId: 'valve-1' })] }),
        device({ id: 'unknown', ecus: [] }),
        device({ id: 'current', ecus: [ecu({ target: 'pump-2.1.img' })] }),
        device({ id: 'ahead', ecus: [ecu({ releaseCounter: 8 })] }),
        device({ id: 'left-out' }),
      ],
      { ...parts(), cohort: ({ id }) => id !== 'left-out' },
    );
    expect(plan.considered).toBe(10);
    expect(plan.waves.flatMap(({ devices }) => devices)).toEqual(['a']);
    expect(plan.repairs).toEqual(['repairable']);
    expect(Object.fromEntries(plan.left)).toEqual({
      ...{ revoked: 1, quarantined: 1, contraindicated: 1, 'hardware-differs': 1, 'no-manifest': 1 },
      ...{ 'already-current': 1, 'counter-burnt': 1, 'not-in-cohort': 1 },
    });
  });

  it('repairs nobody where that is turned off', () => {
    const sick = device({ standing: 'quarantined', adverse: ['attestation/boot-unapproved'] });
    expect(planCampaign([sick], parts()).repairs).toEqual(['pump-1']);
    expect(planCampaign([sick], parts({ repair: false })).repairs).toEqual([]);
  });

  it('names the waves in which one device that fails, or lies, pauses it', () => {
    const waves = [{ devices: 5 }, { devices: 60 }, { percent: 100 }];
    const plan = planCampaign(fleet(200), parts({ waves }));
    expect(plan.waves.map(({ withstands }) => withstands)).toEqual([
      { stop: 0, drive: 4 },
      { stop: 1, drive: 49 },
      { stop: 2, drive: 125 },
    ]);
    expect(fragileWaves(plan)).toEqual([0]);
  });
});
