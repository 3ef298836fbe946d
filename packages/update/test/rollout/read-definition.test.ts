import { KitenError } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { campaignToJson, parseCampaign, readCampaign } from '../../src/index.ts';
import { definitionJson } from './fixtures.ts';

const refusal = (value: unknown): unknown => {
  try {
    readCampaign(value);
    return undefined;
  } catch (error) {
    return (error as KitenError).code;
  }
};

describe('a campaign’s definition', () => {
  it('says the least that it has to, and what is left out has a value that does no harm', () => {
    expect(readCampaign(definitionJson)).toMatchObject({
      gate: { quorumPercent: 90, tolerate: { devices: 1, percent: 2 }, proof: 'verdict' },
      retry: { attempts: 5 },
      windows: [],
      repair: true,
      previous: [],
    });
  });

  it('reads the same after it was written', () => {
    const read = readCampaign({
      ...definitionJson,
      windows: [{ days: ['sat', 'sun'], from: '22:30', to: '04:00', zone: 'Asia/Tokyo' }],
      waves: [{ devices: 3, perMinute: 5 }, { percent: 12.5, atOnce: 7 }, { percent: 100 }],
    });
    expect(readCampaign(campaignToJson(read))).toEqual(read);
  });

  it.each([
    ['an unknown member', { surprise: 1 }],
    ['no target', { targets: [] }],
    ['a target twice', { targets: ['a', 'a'] }],
    ['no cohort', { cohort: ' ' }],
    ['no waves', { waves: [] }],
    ['waves that do not reach everybody', { waves: [{ percent: 50 }] }],
    ['waves that do not ascend', { waves: [{ percent: 50 }, { percent: 20 }, { percent: 100 }] }],
    ['a wave without a reach', { waves: [{ perMinute: 3 }, { percent: 100 }] }],
    ['a wave with two', { waves: [{ devices: 1, percent: 100 }] }],
    ['a rate of none', { waves: [{ percent: 100, perMinute: 0 }] }],
    ['a quorum of a half', { gate: { quorumPercent: 50 } }],
    [
      'a quorum that tolerance leaves out of reach',
      { gate: { quorumPercent: 95, tolerate: { percent: 6 } } },
    ],
    ['a deadline before the end of the soak', { gate: { soakSeconds: 60, deadlineSeconds: 60 } }],
    ['a proof by hearsay', { gate: { proof: 'hearsay' } }],
    ['a window of a place that is none', { windows: [{ from: '01:00', to: '02:00', zone: 'Mars/Olympus' }] }],
    ['a window that is never open', { windows: [{ from: '01:00', to: '01:00', zone: 'UTC' }] }],
    ['a window at 24:00', { windows: [{ from: '24:00', to: '02:00', zone: 'UTC' }] }],
    ['a day twice', { windows: [{ days: ['mon', 'mon'], from: '01:00', to: '02:00', zone: 'UTC' }] }],
    ['no attempt', { retry: { attempts: 0 } }],
    ['a name with a line break', { name: 'a\nb' }],
    ['a fraction of a device', { waves: [{ devices: 1.5 }, { percent: 100 }] }],
  ])('is refused with %s', (_, more) => {
    expect(refusal({ ...definitionJson, ...more })).toBe('update/campaign-malformed');
  });

  it('is JSON without duplicate names, and whatever else comes is refused with a code', () => {
    const twice = '{"name":"a","name":"b"}';
    expect(() => parseCampaign(new TextEncoder().encode(twice))).toThrow(KitenError);
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(refusal(value)).toBe('update/campaign-malformed');
      }),
    );
    const parts = fc.dictionary(
      fc.constantFrom(...Object.keys(definitionJson), 'gate', 'windows', 'retry'),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(parts, (part) => {
        expect([undefined, 'update/campaign-malformed']).toContain(refusal({ ...definitionJson, ...part }));
      }),
    );
  });
});
