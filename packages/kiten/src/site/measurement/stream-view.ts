import type { AlarmWindow } from '@kiten/measurement';
import type { DeclarationRecord, StreamRecord } from '../../store/streams.ts';
import type { StreamState } from './stream-messages.ts';

/** A stream with how it is doing. */
export interface StreamView {
  readonly record: StreamRecord;
  readonly declaration: DeclarationRecord;
  readonly channels: readonly string[];
  readonly state: StreamState;
  readonly alarms: readonly AlarmWindow[];
}
