import { type Sha256, toHex } from '@kiten/codec';
import { isClaimName } from '../claims.ts';
import type { SealedEvidence } from '../evidence.ts';
import type { Finding } from '../finding.ts';
import type { Appraiser } from '../ports.ts';
import type { Role } from '../proof/role.ts';
import { factsMediaType, readUnverifiedFacts } from '../proof/signed-facts.ts';
import { subjectKey } from '../subject.ts';
import { isAffirming } from '../tiers.ts';
import { vouchingCode, vouchingFindings } from './vouching-findings.ts';

/** Somebody whose word counts at this site. */
export interface Authority {
  readonly name: string;
  readonly role: Role;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
}

/** How long the word of somebody who names no end holds, in milliseconds: a year. */
const longestWord = 365 * 86_400_000;

/**
 * Turns what others vouch for into findings that relay it: `["vouches", subject, claim, value]` in a statement about the
 * evidence's subject. The statement was verified when it was admitted.
 *
 * @param authorityOf who signs with this key id, if it is somebody whose word counts
 */
export function createVouchingAppraiser(
  authorityOf: (keyId: Uint8Array) => Authority | undefined,
  sha256: Sha256,
): Appraiser {
  return {
    name: 'vouching',
    mediaTypes: [factsMediaType],
    appraise(evidence) {
      const statement = readUnverifiedFacts(evidence.body, sha256);
      const authority = authorityOf(statement.keyId);
      if (authority === undefined) return [];
      const at = statement.issuedAt * 1000;
      const end = statement.expiresAt === undefined ? at + longestWord : statement.expiresAt * 1000;
      const relays = toHex(statement.digest);
      return statement.facts.flatMap((fact) => relayed(fact, { evidence, authority, at, end, relays }));
    },
  };
}

interface Relay {
  readonly evidence: SealedEvidence;
  readonly authority: Authority;
  readonly at: number;
  readonly end: number;
  readonly relays: string;
}

function relayed(fact: readonly unknown[], { evidence, authority, at, end, relays }: Relay): Finding[] {
  const [predicate, about, claim, value] = fact;
  if (predicate !== 'vouches' || fact.length !== 4 || about !== subjectKey(evidence.subject)) return [];
  if (typeof claim !== 'string' || !isClaimName(claim) || typeof value !== 'number') return [];
  const code = vouchingCode(claim, value);
  if (code === undefined) return [];
  return [
    vouchingFindings.finding(code, {
      subject: evidence.subject,
      aspect: `word-of:${authority.role}:${authority.name}`,
      appraiser: 'vouching',
      at,
      premises: [evidence.digest],
      parameters: { issuer: authority.name, role: authority.role },
      relays,
      ...(isAffirming(value) ? { holdsUntil: end } : {}),
    }),
  ];
}
