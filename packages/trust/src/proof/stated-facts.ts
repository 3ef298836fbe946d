import { KitenError, type Sha256 } from '@kiten/codec';
import { type ClaimName, claimNumber } from '../claims.ts';
import { compositionOf, type PartOf } from '../part-of.ts';
import type { Profile } from '../profile.ts';
import type { Standing } from '../standing.ts';
import { type Subject, subjectKey } from '../subject.ts';
import type { Verdict } from '../verdict.ts';
import { findingDigest } from './finding-facts.ts';
import type { Role } from './role.ts';
import type { Atom } from './term.ts';

/**
 * What appoints a key: an operator appoints verifiers, and whoever speaks in a role appoints others to it.
 *
 * @param keyId SHA-256 of the key's SubjectPublicKeyInfo.
 */
export function appointmentFacts(keyId: Uint8Array, role: Role): readonly Atom[] {
  return [['appoints', keyId, role]];
}

/** What the verifier says of a part-of edge: which subject's findings compose into which, as `indexParts` has it. */
export function compositionFacts(edge: PartOf): readonly Atom[] {
  const { on, from } = compositionOf(edge);
  return [['composes', subjectKey(on), subjectKey(from)]];
}

/** One claim of somebody who is not the verifier, about a subject. */
export interface Vouching {
  readonly subject: Subject;
  readonly claim: ClaimName;
  /** −128…127, see `tierOf`. */
  readonly value: number;
}

/** What a manufacturer, a chip maker, a laboratory or an operator vouches for. */
export function vouchingFacts({ subject, claim, value }: Vouching): readonly Atom[] {
  return [['vouches', subjectKey(subject), claim, value]];
}

/** A verdict as it is attested. */
export interface AttestedVerdict {
  readonly verdict: Verdict;
  readonly standing: Standing;
  /** The profile that the verdict was composed under. */
  readonly profile: Profile;
  /** SHA-256 of the SubjectPublicKeyInfo that the device proves itself with, if it has one. */
  readonly holder?: Uint8Array;
}

/**
 * What the verifier says of a verdict: which findings count, in the verdict's order. Vector and status are left out:
 * they follow.
 *
 * @throws KitenError `trust/verdict-profile` if the profile is not the verdict's
 */
export function verdictFacts(attested: AttestedVerdict, sha256: Sha256): readonly Atom[] {
  const { verdict, standing, profile, holder = new Uint8Array(0) } = attested;
  const { epoch, at, findings, overdue } = verdict;
  if (profile.name !== verdict.profile) {
    throw new KitenError('trust/verdict-profile', 'The verdict was composed under another profile.', {
      detail: { profile: profile.name, verdict: verdict.profile },
    });
  }
  const mask = profile.required.reduce((bits, claim) => bits | (1 << claimNumber(claim)), 0);
  const subject = subjectKey(verdict.subject);
  return [
    ['verdict', subject, epoch, at, standing, holder, overdue ? 1 : 0, profile.name, mask, findings.length],
    ...findings.map((finding, index): Atom => ['counts', index, findingDigest(finding, sha256)]),
  ];
}
