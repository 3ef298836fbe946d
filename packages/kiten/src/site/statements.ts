import { fromHex, type Signer, toHex } from '@kiten/codec';
import { publicKeyDigest, sha256 } from '@kiten/identity';
import {
  type Atom,
  appointmentFacts,
  compositionFacts,
  type Finding,
  findingDigest,
  findingFacts,
  type PartOf,
  relayedFindingFacts,
  signFacts,
  subjectKey,
} from '@kiten/trust';
import type { StatementKind, StatementRecord } from '../store/statements.ts';

/** Who states something. */
export interface Stater {
  /** The site, for people. */
  readonly issuer: string;
  readonly signer: Signer;
}

interface Stated {
  readonly kind: StatementKind;
  readonly about: string;
  /** What it is about: `device:pump-1`, `key:…`. */
  readonly subject: string;
  /** Milliseconds since the Unix epoch; a statement has whole seconds, rounded down. */
  readonly issuedAt: number;
  readonly expiresAt?: number;
  readonly facts: readonly Atom[];
}

/** Signs facts, and gives them what the store finds them by. @throws KitenError `trust/statement-…`, `trust/facts-…` */
export function state({ issuer, signer }: Stater, stated: Stated): StatementRecord {
  const { kind, about, subject, facts } = stated;
  const issuedAt = Math.floor(stated.issuedAt / 1000);
  const expiresAt = stated.expiresAt === undefined ? undefined : Math.floor(stated.expiresAt / 1000);
  const keyId = publicKeyDigest(signer.publicKey);
  const statement = signFacts(
    {
      issuer,
      subject,
      issuedAt,
      keyId: fromHex(keyId),
      facts,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    },
    signer,
  );
  return {
    statement,
    digest: toHex(sha256(statement)),
    kind,
    about,
    subject,
    issuer: keyId,
    issuedAt: issuedAt * 1000,
    ...(expiresAt === undefined ? {} : { expiresAt: expiresAt * 1000 }),
  };
}

/** The verifier's word for a finding. */
export function stateFinding(verifier: Stater, finding: Finding, now: number): StatementRecord {
  const facts =
    finding.relays === undefined
      ? findingFacts(finding, sha256)
      : relayedFindingFacts(finding, fromHex(finding.relays), sha256);
  return state(verifier, {
    kind: 'finding',
    about: toHex(findingDigest(finding, sha256)),
    subject: subjectKey(finding.subject),
    issuedAt: now,
    facts,
  });
}

/** The verifier's word that findings on one subject count in verdicts on another. */
export function stateComposition(verifier: Stater, edge: PartOf, now: number): StatementRecord {
  return state(verifier, {
    kind: 'composition',
    about: subjectKey(edge.part),
    subject: subjectKey(edge.whole),
    issuedAt: now,
    facts: compositionFacts(edge),
  });
}

/** The root's word that a key speaks for the site as its verifier. */
export function stateAppointment(root: Stater, verifierKey: Uint8Array, now: number): StatementRecord {
  const keyId = publicKeyDigest(verifierKey);
  return state(root, {
    kind: 'appointment',
    about: keyId,
    subject: `key:${keyId}`,
    issuedAt: now,
    facts: appointmentFacts(fromHex(keyId), 'verifier'),
  });
}
