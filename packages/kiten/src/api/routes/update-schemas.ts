import { campaignStates } from '@kiten/update';
import Type from 'typebox';
import { deviceId, time } from '../schemas.ts';

/** The shapes in which campaigns are shown. */
const both = Type.Object({ en: Type.String(), ja: Type.String() });
export const why = Type.Object({
  code: Type.String(),
  parameters: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
  sentence: both,
});
export const definition = Type.Record(Type.String(), Type.Unknown(), {
  description: 'What docs/how-to/roll-out-an-update.md describes, strictly read',
});
const wave = Type.Object({
  size: Type.Integer({ description: 'Without those that left' }),
  proven: Type.Integer(),
  failed: Type.Integer(),
  underWay: Type.Integer({ description: 'Assigned the release, and neither proven nor failed' }),
  waiting: Type.Integer(),
  tolerated: Type.Integer({ description: 'So many may fail, or say so, before the campaign pauses' }),
});
export const campaign = Type.Object({
  id: Type.String(),
  name: Type.String(),
  state: Type.Enum([...campaignStates]),
  targets: Type.Array(Type.String()),
  wave: Type.Integer({
    description: 'The wave that is open, from 1; one past the last once all are through',
  }),
  since: time,
  paused: Type.Optional(why),
  waves: Type.Array(wave),
  repairs: wave,
  createdBy: Type.String(),
  createdAt: time,
  changedBy: Type.String(),
  changedAt: time,
  reason: Type.String(),
});
export const member = Type.Object({
  device: deviceId,
  wave: Type.Integer({ description: 'From 1; 0 for a repair' }),
  state: Type.String(),
  attempts: Type.Integer(),
  assignedAt: Type.Optional(time),
  endedAt: Type.Optional(time),
  code: Type.Optional(Type.String()),
});
