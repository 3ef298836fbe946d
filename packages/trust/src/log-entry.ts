import { toHex } from '@kiten/codec';
import { decodeEvent } from './event-encoding.ts';
import { type FindingReading, readFindingFacts } from './proof/finding-facts.ts';
import { isRole } from './proof/role.ts';
import { factsMediaType, type StatedFacts, statedFactsOf } from './proof/signed-facts.ts';
import { readVerdictFacts, type VerdictReading } from './proof/verdict-reading.ts';
import type { RecordedEvent } from './recorded-event.ts';
import { decodeStatement, type Statement, sign1Head } from './statement.ts';
import { readSubjectKey, type Subject } from './subject.ts';

/** What a reader of the log knows about its statements. */
export interface LogEntryOptions {
  /**
   * Whether the site itself signs with a key. If given, what others sign reads as `statement/admitted`, whatever it
   * says; otherwise every statement reads as what it claims to be.
   */
  readonly isOwnKey?: (keyId: Uint8Array) => boolean;
}

/**
 * An entry of a site's log as people see it: an event, or a statement, which begins with the tag of COSE_Sign1. The
 * site's statements read as `finding/recorded`, `verdict/attested`, `key/appointed` and `part/stated`, any other as
 * `statement/admitted`. Nothing is verified.
 *
 * @throws KitenError what `decodeEvent`, `readUnverifiedStatement` and `readUnverifiedFacts` throw
 */
export function readLogEntry(bytes: Uint8Array, { isOwnKey }: LogEntryOptions = {}): RecordedEvent {
  if (bytes[0] !== sign1Head) return decodeEvent(bytes);
  const decoded = decodeStatement(bytes);
  const { statement } = decoded;
  if (statement.contentType !== factsMediaType)
    return admitted(statement, { contentType: statement.contentType });
  const stated = statedFactsOf(decoded);
  const own = isOwnKey === undefined || isOwnKey(stated.keyId);
  return (own ? ownStatement(stated) : undefined) ?? admittedFacts(stated);
}

function ownStatement(stated: StatedFacts): RecordedEvent | undefined {
  const finding = readFindingFacts(stated.facts);
  if (finding !== undefined) return findingRecorded(finding);
  const verdict = readVerdictFacts(stated.facts);
  return verdict === undefined ? (keyAppointed(stated) ?? partStated(stated)) : verdictAttested(verdict);
}

function findingRecorded({ finding, relays }: FindingReading): RecordedEvent {
  const { subject, at, code, claim, value, aspect, appraiser, premises, holdsUntil } = finding;
  return event('finding/recorded', at, subject, {
    ...{ code, claim, value, aspect, appraiser, premises: premises.join(' ') },
    ...(holdsUntil !== undefined && { holdsUntil }),
    ...(relays !== undefined && { relays: `sha256:${toHex(relays)}` }),
  });
}

function verdictAttested({ subject, at, holder, ...data }: VerdictReading): RecordedEvent {
  const { epoch, standing, overdue, profile, findings } = data;
  return event('verdict/attested', at, subject, {
    ...{ epoch, standing, overdue, profile, findings },
    ...(holder.length > 0 && { holder: toHex(holder) }),
  });
}

function keyAppointed({ facts, issuer, issuedAt }: StatedFacts): RecordedEvent | undefined {
  const [predicate, key, role, ...more] = facts[0] as readonly unknown[];
  const appoints = predicate === 'appoints' && key instanceof Uint8Array && isRole(role);
  if (!appoints || more.length > 0 || facts.length > 1) return undefined;
  return event('key/appointed', issuedAt * 1000, undefined, { issuer, key: toHex(key), role });
}

/** That findings on one subject count in verdicts on another. */
function partStated({ facts, issuedAt }: StatedFacts): RecordedEvent | undefined {
  const [predicate, on, from, ...more] = facts[0] as readonly unknown[];
  const composes = predicate === 'composes' && typeof on === 'string' && typeof from === 'string';
  if (!composes || more.length > 0 || facts.length > 1) return undefined;
  const subject = readSubjectKey(on);
  return subject === undefined ? undefined : event('part/stated', issuedAt * 1000, subject, { part: from });
}

function admittedFacts(stated: StatedFacts): RecordedEvent {
  const predicates = new Set(stated.facts.map(([predicate]) => predicate));
  return admitted(stated, { predicates: [...predicates].join(' ') });
}

function admitted(
  { issuer, subject, issuedAt }: Pick<Statement, 'issuer' | 'subject' | 'issuedAt'>,
  data: RecordedEvent['data'],
): RecordedEvent {
  return event('statement/admitted', issuedAt * 1000, readSubjectKey(subject), { issuer, ...data });
}

function event(
  type: string,
  at: number,
  subject: Subject | undefined,
  data: RecordedEvent['data'],
): RecordedEvent {
  return { type, at, actor: 'site', ...(subject !== undefined && { subject }), data };
}
