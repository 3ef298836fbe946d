import { expect, it } from 'vitest';
import type { NormalChannel, ProfileSummary } from '../src/api/readings.ts';
import { channelChanges } from '../src/readings/proposal.ts';

const channel = (name: string, more: Partial<NormalChannel> = {}): NormalChannel => ({
  ...{ channel: name, unit: 'm', mean: 10, deviation: 2, ...more },
});
const profile = (...channels: readonly NormalChannel[]): ProfileSummary => ({
  ...{ digest: 'ab', rows: 100, alarmsPerDay: 1, channels },
});

it('what was learned first of all is new', () => {
  const changes = channelChanges({ proposal: profile(channel('level')) });
  expect(changes).toEqual([{ channel: 'level', after: channel('level'), change: 'new' }]);
});

it('what is another is told by how many of the deviations that were normal until now', () => {
  const before = profile(channel('level'), channel('flow'), channel('heat'), channel('old'));
  const after = profile(
    channel('level', { mean: 13, deviation: 1 }),
    channel('flow', { mean: 10.9 }),
    channel('heat', { unit: 'bar', mean: 99 }),
    channel('new'),
  );
  const changes = channelChanges({ proposal: after, profile: before });
  expect(changes.map(({ channel: name, change, moved }) => [name, change, moved?.toFixed(2)])).toEqual([
    ['level', 'moved', '1.50'],
    ['flow', 'same', '0.45'],
    ['heat', 'unit', undefined],
    ['new', 'new', undefined],
    ['old', 'gone', undefined],
  ]);
});
