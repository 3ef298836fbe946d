import { type CborValue, decodeCbor, encodeCbor, KitenError } from '@kiten/codec';
import type { EventValue, RecordedEvent } from './recorded-event.ts';
import { isSubject, parseSubjectKey, subjectKey } from './subject.ts';

/** The largest entry that the log takes, in octets. */
export const maximumEventBytes = 4096;

/** The most values that one event carries. */
export const maximumEventData = 64;

const typePattern = /^[a-z][a-z0-9-]{0,31}\/[a-z][a-z0-9-]{0,63}$/;
const actorPattern = /^[a-z][a-z-]{0,31}(:[^\p{C}\p{Z}]{1,128})?$/u;
const dataPattern = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;
const members: ReadonlySet<unknown> = new Set(['type', 'at', 'actor', 'subject', 'reason', 'data']);

/**
 * The event as core deterministic CBOR (RFC 8949 §4.2.1), at most 4 KiB: a map with the members' names as
 * text, the subject as its key. Equal events give equal octets.
 *
 * @throws KitenError `trust/event-type`, `-at`, `-actor`, `-subject`, `-reason`, `-data`, `-too-large`
 */
export function encodeEvent(event: RecordedEvent): Uint8Array {
  const { type, at, actor, subject, reason, data } = validateEvent(event);
  const map = new Map<CborValue, CborValue>([
    ['type', type],
    ['at', at],
    ['actor', actor],
    ['data', new Map<CborValue, CborValue>(Object.entries(data))],
  ]);
  if (subject !== undefined) map.set('subject', subjectKey(subject));
  if (reason !== undefined) map.set('reason', reason);
  const bytes = encodeCbor(map);
  if (bytes.length > maximumEventBytes) {
    throw new KitenError(
      'trust/event-too-large',
      `An event takes at most ${maximumEventBytes} octets in the log.`,
      {
        detail: { type, bytes: bytes.length },
      },
    );
  }
  return bytes;
}

/**
 * Reads what `encodeEvent` wrote, and nothing else: every accepted input is what its event encodes to.
 *
 * @throws KitenError `trust/event-too-large`, `-malformed`, `-unknown-member`, and what `encodeEvent` throws
 */
export function decodeEvent(bytes: Uint8Array): RecordedEvent {
  if (bytes.length > maximumEventBytes) {
    throw new KitenError(
      'trust/event-too-large',
      `An event takes at most ${maximumEventBytes} octets in the log.`,
    );
  }
  const map = decodeMap(bytes);
  for (const name of map.keys()) {
    if (!members.has(name))
      throw new KitenError('trust/event-unknown-member', 'An event has a member that we do not know.');
  }
  const data = map.get('data');
  if (!(data instanceof Map)) refuse('data');
  const subject = map.get('subject');
  const reason = map.get('reason');
  // What a member is instead of what it should be, `validateEvent` finds.
  return validateEvent({
    type: map.get('type') as string,
    at: map.get('at') as number,
    actor: map.get('actor') as string,
    ...(map.has('subject') && {
      subject: typeof subject === 'string' ? parseSubjectKey(subject) : refuse('subject'),
    }),
    ...(map.has('reason') && { reason: reason as string }),
    data: Object.fromEntries([...data].map(([name, value]) => [checkName(name), value as EventValue])),
  });
}

function decodeMap(bytes: Uint8Array): Map<CborValue, CborValue> {
  let value: CborValue;
  try {
    value = decodeCbor(bytes, { maxDepth: 3, maxItems: 512, maxBytes: maximumEventBytes });
  } catch (cause) {
    throw malformed(cause);
  }
  if (value instanceof Map) return value;
  throw malformed();
}

function malformed(cause?: unknown): KitenError {
  return new KitenError('trust/event-malformed', 'An event is one map in deterministic CBOR.', { cause });
}

function validateEvent(event: RecordedEvent): RecordedEvent {
  if (typeof event.type !== 'string' || !typePattern.test(event.type)) refuse('type');
  if (!Number.isSafeInteger(event.at) || event.at < 0) refuse('at');
  if (typeof event.actor !== 'string' || !actorPattern.test(event.actor)) refuse('actor');
  if (event.subject !== undefined && !isSubject(event.subject)) refuse('subject');
  if (event.reason !== undefined && !isReason(event.reason)) refuse('reason');
  const entries = Object.entries(event.data);
  if (
    entries.length > maximumEventData ||
    !entries.every(([name, value]) => dataPattern.test(name) && isEventValue(value))
  ) {
    refuse('data');
  }
  return event;
}

function checkName(name: CborValue): string {
  return typeof name === 'string' ? name : refuse('data');
}

function isReason(reason: unknown): boolean {
  return typeof reason === 'string' && reason.length > 0 && reason.length <= 1024 && reason.isWellFormed();
}

/** Whole numbers beyond 2^53 are refused: they would not come back as they went in. */
function isEventValue(value: unknown): boolean {
  if (value === null || typeof value === 'boolean') return true;
  if (typeof value === 'string') return value.isWellFormed();
  return (
    typeof value === 'number' &&
    (Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value))
  );
}

const sentences = {
  type: 'The type of an event reads “noun/what-happened”.',
  at: 'An event says when it happened, in whole milliseconds since 1970.',
  actor: 'The actor of an event is “site”, or a kind and a name: “operator:ann”.',
  subject: 'The subject of an event is of a known kind and has an id: “device:pump-1”.',
  reason: 'The reason of an event is a text of 1 to 1024 characters.',
  data: `The data of an event are at most ${maximumEventData} named texts, numbers up to 2^53, booleans or nulls.`,
} as const;

function refuse(member: keyof typeof sentences): never {
  throw new KitenError(`trust/event-${member}`, sentences[member]);
}
