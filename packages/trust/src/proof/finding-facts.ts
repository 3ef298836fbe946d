import { encodeCbor, equalBytes, fromHex, type Sha256, toHex } from '@kiten/codec';
import type { Finding } from '../finding.ts';
import { readSubjectKey, subjectKey } from '../subject.ts';
import { isFinding, validateFinding } from '../validate-finding.ts';
import { type Atom, never, type Term } from './term.ts';

/** A finding as it is recorded: without the parameters of its sentences, which stay with the site, and uncleared. */
export type StatedFinding = Omit<Finding, 'parameters' | 'clearedBy'>;

const premisePrefix = 'sha256:';

/**
 * What names a finding in facts: SHA-256 of the core deterministic CBOR of
 * `["finding", subject, claim, value, code, aspect, appraiser, at, until, [premise …]]`, the premises as 32 bytes
 * each and `until` NEVER for what does not lapse. It covers what the statement says and nothing more: parameters
 * name addresses and topics, which could be guessed from a digest in a public log.
 */
export function findingDigest(finding: StatedFinding, sha256: Sha256): Uint8Array {
  const { claim, value, code, aspect, appraiser, at, holdsUntil = never } = finding;
  const subject = subjectKey(finding.subject);
  const premises = finding.premises.map(premiseBytes);
  return sha256(
    encodeCbor(['finding', subject, claim, value, code, aspect, appraiser, at, holdsUntil, premises]),
  );
}

/**
 * What the verifier says of a finding: `finding`, and `rests` for each premise.
 *
 * @throws KitenError what `validateFinding` throws
 */
export function findingFacts(finding: Finding, sha256: Sha256): readonly Atom[] {
  return stated('finding', finding, [], sha256);
}

/**
 * What the verifier says of a finding that only passes on what somebody else's statement vouches for.
 *
 * @param statement SHA-256 of that statement.
 * @throws KitenError what `validateFinding` throws
 */
export function relayedFindingFacts(
  finding: Finding,
  statement: Uint8Array,
  sha256: Sha256,
): readonly Atom[] {
  return stated('relays', finding, [statement], sha256);
}

function stated(predicate: string, finding: Finding, more: readonly Term[], sha256: Sha256): readonly Atom[] {
  const {
    claim,
    value,
    code,
    aspect,
    appraiser,
    at,
    holdsUntil = never,
    premises,
  } = validateFinding(finding);
  const digest = findingDigest(finding, sha256);
  const subject = subjectKey(finding.subject);
  return [
    [predicate, digest, subject, claim, value, code, aspect, appraiser, at, holdsUntil, ...more],
    ...premises.map((premise): Atom => ['rests', digest, premiseBytes(premise)]),
  ];
}

/** A finding that facts state, with the digest they give it. */
export interface FindingReading {
  readonly digest: Uint8Array;
  readonly finding: StatedFinding;
  /** SHA-256 of the statement that it relays. */
  readonly relays?: Uint8Array;
}

/**
 * The one finding that the facts of a statement are about; undefined if they are about anything else. Whether the
 * digest is that of the finding is not checked.
 */
export function readFindingFacts(facts: readonly Atom[]): FindingReading | undefined {
  const [first, ...others] = facts as readonly (readonly unknown[])[];
  const [predicate, digest, subject, claim, value, code, aspect, appraiser, at, until, relays] = first ?? [];
  const relayed = predicate === 'relays' && first?.length === 11 && isDigest(relays);
  if (!relayed && !(predicate === 'finding' && first?.length === 10)) return undefined;
  if (!isDigest(digest) || typeof subject !== 'string') return undefined;
  const premises = others.map((fact) => premiseOf(fact, digest));
  const finding = {
    ...{ subject: readSubjectKey(subject), claim, value, code, aspect, appraiser, at, premises },
    ...(until !== never && { holdsUntil: until }),
  } as StatedFinding;
  if (!isFinding({ ...finding, parameters: {} })) return undefined;
  return { digest, finding, ...(relayed && { relays }) };
}

function premiseOf(fact: readonly unknown[], finding: Uint8Array): string | undefined {
  const [predicate, digest, premise] = fact;
  const rests = predicate === 'rests' && fact.length === 3 && isDigest(digest) && equalBytes(digest, finding);
  return rests && isDigest(premise) ? `${premisePrefix}${toHex(premise)}` : undefined;
}

function premiseBytes(premise: string): Uint8Array {
  return fromHex(premise.slice(premisePrefix.length));
}

function isDigest(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.length === 32;
}
