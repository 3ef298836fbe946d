import type { ProfileSummary } from '@kiten/measurement';
import Type from 'typebox';
import type { Proposed, SummedProfile } from '../../site/measurement/learning.ts';
import { budgets } from './stream-schemas.ts';

/** Rows after which a lesson is over, if they come before its time. */
export const lessonRows = Type.Optional(
  Type.Integer({ minimum: 100, maximum: 8_388_608, description: 'Or for so many rows' }),
);
/** Of what waits to be accepted. */
export const proposal = Type.Optional(
  Type.String({
    pattern: '^[0-9a-f]{64}$',
    description: 'SHA-256 of what was looked at: if something else waits by now, that is refused',
  }),
);
const summary = Type.Object(
  {
    digest: Type.String({ description: 'SHA-256 of the profile' }),
    rows: Type.Integer({ description: 'Rows that it was learned from' }),
    interval: Type.Optional(Type.Number({ description: 'Seconds between two rows' })),
    alarmsPerDay: budgets.alarmsPerDay,
    channels: Type.Array(
      Type.Object({
        channel: Type.String(),
        unit: Type.String({ description: 'Empty where nobody said' }),
        mean: Type.Number(),
        deviation: Type.Number({ description: 'The standard deviation' }),
        least: Type.Optional(Type.Number()),
        most: Type.Optional(Type.Number()),
      }),
    ),
  },
  { description: 'What a profile takes for normal' },
);
export const shownProposed = Type.Object({ proposal: summary, profile: Type.Optional(summary) });

export function proposedView({ proposal: waiting, profile }: Proposed) {
  return {
    proposal: summaryView(waiting),
    ...(profile === undefined ? {} : { profile: summaryView(profile) }),
  };
}

function summaryView({ interval, channels, ...rest }: SummedProfile) {
  return {
    ...rest,
    ...(interval === undefined ? {} : { interval }),
    channels: channels.map(channelView),
  };
}

function channelView({ least, most, ...rest }: ProfileSummary['channels'][number]) {
  return { ...rest, ...(least === undefined ? {} : { least }), ...(most === undefined ? {} : { most }) };
}
