import { encodeUtf8 } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import {
  baselines,
  encodeProfile,
  hasBaselines,
  Judge,
  type JudgeOptions,
  learn,
  type Profile,
  parseProfile,
} from '../../src/index.ts';
import { plant } from '../plant.ts';

const normal = plant(600, 3);
const live = plant(400, 9);

function severities(profile: Profile, options: JudgeOptions = {}): number[] {
  const judge = new Judge(profile, options);
  const width = live.channels.length;
  return Array.from(
    { length: live.rows },
    (_, row) => judge.push(live.values.subarray(row * width, (row + 1) * width)).severity,
  );
}

describe('the simple detectors', () => {
  const alone = learn(normal, { alarmsPerDay: 1 });
  const both = learn(normal, { alarmsPerDay: 1, withBaselines: true });

  it('change nothing of what the others say', () => {
    expect(hasBaselines(alone)).toBe(false);
    expect(hasBaselines(both)).toBe(true);
    expect(severities(both)).toEqual(severities(alone));
  });

  it('judge where they are named, as if they alone had been learned, and from a file, too', () => {
    const asked = { detectors: baselines };
    const own = learn(normal, { alarmsPerDay: 1, detectors: baselines });
    expect(severities(both, asked)).toEqual(severities(own));
    expect(severities(both, asked)).not.toEqual(severities(both));
    const read = parseProfile(encodeUtf8(encodeProfile(both)));
    expect(read).toEqual(both);
    expect(severities(read, asked)).toEqual(severities(own));
  });

  it('are learned once, whoever names one of them', () => {
    const [finest] = learn(normal, {
      ...{ alarmsPerDay: 1, detectors: ['level', 'histogram'], withBaselines: true },
    }).resolutions;
    expect(finest?.detectors.map(({ kind }) => kind)).toEqual(['level', 'histogram']);
    expect(finest?.beside?.map(({ kind }) => kind)).toEqual(['range', 'gradient', 'steady-time']);
  });

  it('that do not fit the channels are refused', () => {
    const { resolutions, ...rest } = both;
    const [finest] = resolutions;
    const broken = [
      { ...finest, beside: [{ ...finest?.beside?.[0], kind: 'no such' }] },
      { ...finest, beside: 7 },
    ];
    for (const each of broken)
      expect(() =>
        parseProfile(encodeUtf8(encodeProfile({ ...rest, resolutions: [each as never] }))),
      ).toThrow(/^(This is no profile|The profile was learned for a detector)/);
  });
});
