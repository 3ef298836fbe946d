import { toHex } from '@kiten/codec';
import { deviceSubject, type EventValue, type RecordedEvent } from '@kiten/trust';

/** A release, as the log has it: this file, for everybody, under this path. */
export interface LoggedRelease {
  readonly kind: 'release';
  /** The target’s path in the metadata of the Image repository. */
  readonly target: string;
  /** Octets. */
  readonly length: number;
  /** The SHA-256 of the file, 32 octets. */
  readonly sha256: Uint8Array;
}

/** A Director’s decision, as the log has it: these targets, for this device. */
export interface LoggedDecision {
  readonly kind: 'decision';
  readonly device: string;
  /** The version of the Director’s targets metadata. */
  readonly version: number;
  /** The SHA-256 of that metadata’s file as it is served, 32 octets. */
  readonly sha256: Uint8Array;
}

/** What a device wants to see in the log before it installs. */
export type Logged = LoggedRelease | LoggedDecision;

/** The part of an event of the log that says what was released or decided. */
export type LoggedEvent = Pick<RecordedEvent, 'type' | 'subject' | 'data'>;

/**
 * The event that a site appends to its log, in the encoding of {@link encodeEvent}, before anybody is served what it is
 * about. It may carry more data; what is here has to be there.
 */
export function loggedEvent(logged: Logged): LoggedEvent {
  const sha256 = toHex(logged.sha256);
  if (logged.kind === 'release') {
    const { target, length } = logged;
    return { type: 'update/published', data: { target, length, sha256 } };
  }
  const { device, version } = logged;
  return { type: 'update/assigned', subject: deviceSubject(device), data: { version, sha256 } };
}

/** Whether an event of the log is the one that says this. */
export function isLoggedAs(event: RecordedEvent, logged: Logged): boolean {
  const { type, subject, data } = loggedEvent(logged);
  return (
    event.type === type &&
    event.subject?.kind === subject?.kind &&
    event.subject?.id === subject?.id &&
    Object.entries(data).every(([name, value]) => valueAt(event.data, name) === value)
  );
}

function valueAt(data: RecordedEvent['data'], name: string): EventValue | undefined {
  return Object.hasOwn(data, name) ? data[name] : undefined;
}
