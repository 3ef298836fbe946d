import { describe, expect, it } from 'vitest';
import {
  assign,
  assignmentOf,
  type CampaignState,
  decideAssignment,
  reasonTemplates,
  type Situation,
} from '../../src/index.ts';
import { definition, device, ecu, everybody, member, release } from './fixtures.ts';

const campaign = {
  definition: definition(),
  releases: [release()],
  state: 'running' as CampaignState,
  wave: 0,
};
const decide = (more: Partial<Situation> = {}) =>
  decideAssignment({
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

describe('a decision about a device', () => {
  it('tells a device of an open wave the image that is for its hardware', () => {
    const decision = decide();
    if (decision.kind !== 'assign') throw new Error('it was not told');
    expect(decision.fittings.map(assignmentOf)).toEqual([
      {
        ...{ ecu: 'main', target: 'pump-2.1.img', length: 1000 },
        ...{ hashes: { sha256: 'ab'.repeat(32) }, hardwareId: 'pump-2', releaseCounter: 7, version: '2.1' },
      },
    ]);
  });

  it.each<[string, Partial<Situation>]>([
    ['draft', { campaign: { ...campaign, state: 'draft' } }],
    ['paused-by-operator', { campaign: { ...campaign, state: 'paused' } }],
    ['aborted', { campaign: { ...campaign, state: 'aborted' } }],
    ['finished', { campaign: { ...campaign, state: 'finished' } }],
    ['wave-not-open', { member: member({ wave: 1 }) }],
    ['not-in-cohort', { cohort: () => false }],
    ['revoked', { device: device({ standing: 'revoked' }) }],
    ['already-current', { device: device({ ecus: [ecu({ target: 'pump-2.1.img' })] }) }],
    ['policy-forbids', { isPermitted: false }],
    ['backing-off', { member: member({ notBefore: 2000, attempts: 1, code: 'update/too-slow' }) }],
    ['rate-reached', { hasRoom: false }],
    [
      'window-closed',
      {
        campaign: {
          ...campaign,
          definition: definition({ windows: [{ from: '01:00', to: '02:00', zone: 'UTC' }] }),
        },
      },
    ],
    ['proven', { member: member({ state: 'proven' }) }],
    ['rolled-back', { member: member({ state: 'failed', failure: 'rolled-back', code: 'a/b' }) }],
    ['silent', { member: member({ state: 'failed', failure: 'silent' }) }],
  ])('tells nothing, and says why: %s', (code, more) => {
    const { kind, reason } = decide(more);
    expect([kind, reason.code]).toEqual(['none', code]);
  });

  it('says when to ask again where that is known', () => {
    const windows = [{ from: '01:00', to: '02:00', zone: 'UTC' }];
    const closed = decide({ campaign: { ...campaign, definition: definition({ windows }) } });
    expect(closed).toMatchObject({ until: 3_600_000 });
    expect(decide({ member: member({ notBefore: 9000 }) })).toMatchObject({ until: 9000 });
  });

  it('keeps telling what it told, also when the window has closed over it', () => {
    const windows = [{ from: '01:00', to: '02:00', zone: 'UTC' }];
    const told = {
      campaign: { ...campaign, definition: definition({ windows }) },
      member: assign(member(), 'affirming', 500),
    };
    expect(decide(told)).toMatchObject({ kind: 'keep', reason: { code: 'assigned' } });
  });
});

describe('a reason', () => {
  const names = (text: string) => [...text.matchAll(/\{([a-z]+)\}/g)].map((match) => match[1]).sort();

  it('reads in both languages, with the same parameters', () => {
    for (const { en, ja } of Object.values(reasonTemplates)) {
      expect(names(ja)).toEqual(names(en));
      expect(ja).toMatch(/[ぁ-んァ-ヶ一-龠]/);
      expect(en).toMatch(/^[A-Z{].*[.}]$/);
    }
  });
});
