import { refusal } from '../der/der-error.ts';
import { type DerReader, readDer } from '../der/reader.ts';
import { derTag } from '../der/tags.ts';
import { KitenError } from '../error.ts';
import { maximumTokenBytes, readTimeStampToken, type TimeStampToken } from './token.ts';

/** By their numbers (RFC 3161 §2.4.2, PKIStatus). With the first two comes a token. */
const statuses = [
  'granted',
  'grantedWithMods',
  'rejection',
  'waiting',
  'revocationWarning',
  'revocationNotification',
] as const;

export type TimeStampStatus = (typeof statuses)[number];

/** Why there is no token, by the number of the bit (RFC 3161 §2.4.2, PKIFailureInfo). */
const failures = {
  badAlg: 0,
  badRequest: 2,
  badDataFormat: 5,
  timeNotAvailable: 14,
  unacceptedPolicy: 15,
  unacceptedExtension: 16,
  addInfoNotAvailable: 17,
  systemFailure: 25,
} as const;

export type TimeStampFailure = keyof typeof failures;

/** An answer with a token, as asked for or modified. */
export interface TimeStampGrant {
  readonly status: 'granted' | 'grantedWithMods';
  readonly token: TimeStampToken;
  /** What the authority says for people, from outside and unsigned. */
  readonly text: readonly string[];
}

/** An answer without a token. */
export interface TimeStampRefusal {
  readonly status: Exclude<TimeStampStatus, TimeStampGrant['status']>;
  readonly failures: readonly TimeStampFailure[];
  /** What the authority says for people, from outside and unsigned. */
  readonly text: readonly string[];
}

export type TimeStampResponse = TimeStampGrant | TimeStampRefusal;

const maximumTexts = 16;
const maximumStatusBytes = 4096;

/**
 * Decodes a TimeStampResp (RFC 3161 §2.4.2), as `application/timestamp-reply` has it. Its status is not signed: what
 * counts of a granted answer is the token, once it is verified.
 *
 * @throws KitenError `codec/tsp-…`, and as `parseTimeStampToken`.
 */
export function parseTimeStampResponse(der: Uint8Array): TimeStampResponse {
  return readDer(der, maximumTokenBytes + maximumStatusBytes, (reader) => {
    const response = reader.sequence();
    const { offset } = response;
    const { status, text, failures } = readStatusInfo(response.sequence());
    if (status !== 'granted' && status !== 'grantedWithMods') {
      if (!response.done)
        throw refusal('codec/tsp-token-unexpected', `No token comes with ${status}.`, response.offset);
      return { status, failures, text };
    }
    if (failures.length > 0)
      throw refusal('codec/tsp-failure', 'The answer both grants and gives reasons for a refusal.', offset);
    if (response.done)
      throw refusal('codec/tsp-token-missing', 'The answer grants and has no token.', response.offset);
    const token = readTimeStampToken(response);
    response.finish();
    return { status, token, text };
  });
}

/**
 * The token of an answer.
 *
 * @throws KitenError `codec/tsp-refused` if there is none, with `detail.status`, `detail.failures` and `detail.text`.
 */
export function grantedToken(response: TimeStampResponse): TimeStampToken {
  if ('token' in response) return response.token;
  const { status, failures, text } = response;
  // The authority's own text is left to the detail: it comes from outside, and messages go to terminals.
  const reasons = [status, ...failures].join(', ');
  const message = `The time-stamping authority gave no token: ${reasons}.`;
  throw new KitenError('codec/tsp-refused', message, { detail: { status, failures, text } });
}

function readStatusInfo(info: DerReader) {
  const { offset } = info;
  const status = statuses[info.smallInteger(127)];
  if (status === undefined)
    throw refusal('codec/tsp-status', 'No answer to a request has this status.', offset);
  const text = info.peek() === derTag.sequence ? readText(info.sequence()) : [];
  const reasons = info.peek() === derTag.bitString ? readFailures(info) : [];
  info.finish();
  return { status, text, failures: reasons };
}

/** PKIFreeText: UTF8Strings, one at least. */
function readText(list: DerReader): readonly string[] {
  const start = list.offset;
  const texts: string[] = [];
  while (!list.done && texts.length <= maximumTexts) {
    if (list.peek() !== derTag.utf8String)
      throw refusal('codec/tsp-text', 'Text for people is UTF8String.', list.offset);
    texts.push(list.text());
  }
  if (texts.length === 0 || texts.length > maximumTexts)
    throw refusal('codec/tsp-text', `Text for people comes in 1 to ${maximumTexts} pieces.`, start);
  return texts;
}

/** Reasons that are not known have to be an error (RFC 3161 §2.4.2). */
function readFailures(info: DerReader): readonly TimeStampFailure[] {
  const { offset } = info;
  const names = Object.keys(failures) as TimeStampFailure[];
  return info.namedBits().map((bit) => {
    const name = names.find((each) => failures[each] === bit);
    if (name === undefined)
      throw refusal('codec/tsp-failure', `No reason for a refusal has the number ${bit}.`, offset);
    return name;
  });
}
