import type { NormalChannel, Proposal } from '../api/readings.ts';

/** A channel as it was taken for normal until now, and as it would be from now on. */
export interface ChannelChange {
  readonly channel: string;
  readonly before?: NormalChannel;
  readonly after?: NormalChannel;
  readonly change: 'new' | 'gone' | 'unit' | 'moved' | 'same';
  /** Of the mean, in standard deviations of what was normal until now; of what is measured in the same. */
  readonly moved?: number;
}

/** From so many standard deviations on, the mean is another. */
const noticed = 0.5;

/** What would be another if what was learned were accepted: the channels that were learned, then those that go. */
export function channelChanges({ proposal, profile }: Proposal): readonly ChannelChange[] {
  const before = new Map(profile?.channels.map((each) => [each.channel, each]));
  const after = new Set(proposal.channels.map(({ channel }) => channel));
  const gone = [...before.values()].filter(({ channel }) => !after.has(channel));
  return [
    ...proposal.channels.map((each) => changeOf(each, before.get(each.channel))),
    ...gone.map((each): ChannelChange => ({ channel: each.channel, before: each, change: 'gone' })),
  ];
}

function changeOf(after: NormalChannel, before: NormalChannel | undefined): ChannelChange {
  const { channel } = after;
  if (before === undefined) return { channel, after, change: 'new' };
  if (before.unit !== after.unit) return { channel, before, after, change: 'unit' };
  const moved = (after.mean - before.mean) / before.deviation;
  return { channel, before, after, moved, change: Math.abs(moved) < noticed ? 'same' : 'moved' };
}
