import { KitenError } from '@kiten/codec';

declare const deviceId: unique symbol;

/** 1–64 characters of `[A-Za-z0-9._-]`: the name of a device within its site. */
export type DeviceId = string & { readonly [deviceId]: true };

/** Every kind of thing that evidence can be about. */
export const subjectKinds = ['device', 'component', 'stream', 'model', 'lot', 'bus', 'network'] as const;

export type SubjectKind = (typeof subjectKinds)[number];

/** What evidence is about: a device, or something it is made of or belongs to. */
export interface Subject {
  readonly kind: SubjectKind;
  readonly id: string;
}

const devicePattern = /^[A-Za-z0-9._-]{1,64}$/;
/** Visible ASCII: ids of parts come from serial numbers, SBOMs and topics, which are wider than device ids. */
const otherPattern = /^[\x21-\x7e]{1,128}$/;

/**
 * @returns the text as a device id.
 * @throws KitenError `trust/device-id`
 */
export function parseDeviceId(text: string): DeviceId {
  if (isDeviceId(text)) return text;
  throw new KitenError(
    'trust/device-id',
    'A device id is 1 to 64 characters of A–Z, a–z, 0–9, “.”, “_” and “-”.',
    {
      detail: { id: String(text).slice(0, 80) },
    },
  );
}

export function isDeviceId(text: unknown): text is DeviceId {
  return typeof text === 'string' && devicePattern.test(text);
}

/** The subject that a device is. */
export function deviceSubject(id: DeviceId | string): Subject {
  return { kind: 'device', id: parseDeviceId(id) };
}

/** Whether a value is a well-formed subject: a known kind, and an id that this kind allows. */
export function isSubject(value: unknown): value is Subject {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, id } = value as Partial<Subject>;
  if (typeof id !== 'string' || !subjectKinds.some((known) => known === kind)) return false;
  return (kind === 'device' ? devicePattern : otherPattern).test(id);
}

/** The subject as one text, `device:pump-1`: unique, because no kind contains a colon. */
export function subjectKey(subject: Subject): string {
  return `${subject.kind}:${subject.id}`;
}

/**
 * Reads what `subjectKey` wrote.
 *
 * @throws KitenError `trust/subject-key`
 */
export function parseSubjectKey(key: string): Subject {
  const subject = readSubjectKey(key);
  if (subject !== undefined) return subject;
  throw new KitenError('trust/subject-key', 'A subject is written as KIND:ID, as in “device:pump-1”.', {
    detail: { key: key.slice(0, 160) },
  });
}

/** The subject that a key names; undefined for any other text. */
export function readSubjectKey(key: string): Subject | undefined {
  const colon = key.indexOf(':');
  const subject = { kind: key.slice(0, Math.max(colon, 0)), id: key.slice(colon + 1) };
  return isSubject(subject) ? subject : undefined;
}
