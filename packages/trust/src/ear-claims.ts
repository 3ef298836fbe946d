import type { ClaimName, TrustVector } from './claims.ts';
import { type EarProfile, earProfile } from './ear-profiles.ts';
import { subjectKey } from './subject.ts';
import type { Tier } from './tiers.ts';
import type { Verdict } from './verdict.ts';

/** The software that judged, and who is responsible for it (draft-ietf-rats-ar4si §3.3). */
export interface VerifierId {
  readonly developer: string;
  readonly build: string;
}

/** An EAT Attestation Result, whichever profile it came in (draft-ietf-rats-ear §3). Times in whole seconds. */
export interface EarClaims {
  readonly profile: EarProfile;
  readonly issuer?: string;
  readonly issuedAt: number;
  /** Before this second it must not be accepted (RFC 7519 §4.1.5). */
  readonly notBefore?: number;
  /** From this second on it must not be accepted. */
  readonly expiresAt?: number;
  readonly verifierId: VerifierId;
  /** Nonces of whoever asked, base64url. */
  readonly nonces: readonly string[];
  /** The status over all submodules, if the issuer gave one. */
  readonly status?: Tier;
  /** One appraisal for each subject, under its key (`device:pump-1`) if Kiten issued it. */
  readonly submods: Readonly<Record<string, EarAppraisal>>;
}

/** The result for one attester (draft-ietf-rats-ear §3.1). */
export interface EarAppraisal {
  readonly status: Tier;
  /** Claims that the issuer left out are 0. Absent if the issuer gave no vector at all. */
  readonly vector?: TrustVector;
  readonly policyIds: readonly string[];
  /** What Kiten adds, under a name of its own. */
  readonly verdict?: EarVerdict;
}

/** What an EAR cannot say by itself about a verdict of ours. */
export interface EarVerdict {
  readonly epoch: number;
  readonly overdue: boolean;
  /** Name of the group profile. */
  readonly profile: string;
  /** Distinct findings, worst first. */
  readonly findings: readonly EarFinding[];
  /** How many more there are than are listed. */
  readonly omitted: number;
}

export interface EarFinding {
  readonly code: string;
  readonly claim: ClaimName;
  readonly value: number;
  /** Key of the subject it is on: the device itself, or a part of it. */
  readonly subject: string;
}

/**
 * The name of our extension, made collision-resistant by a UUID (RFC 7519 §2, draft-ietf-rats-ear §4.1).
 */
export const earVerdictClaim = 'kiten_verdict_0d9bd1a6-6f5c-4f0e-9a52-6b1f37c0c8de';

/** The most findings that an EAR lists, so that it stays a token. */
export const maximumEarFindings = 64;

/** What an EAR says beside the verdict. */
export interface EarOptions {
  /** The site: its trust domain. */
  readonly issuer: string;
  readonly developer: string;
  readonly build: string;
  readonly policyId?: string;
  /** Milliseconds since the Unix epoch; when the verdict was composed, unless given. */
  readonly issuedAt?: number;
  /** Milliseconds since the Unix epoch. The EAR never outlives what the verdict rests on. */
  readonly expiresAt?: number;
  /** base64url, 8 to 64 octets. */
  readonly nonce?: string;
}

/** The EAR that tells of a verdict. It expires when the verdict would change by itself. */
export function earClaims(verdict: Verdict, options: EarOptions): EarClaims {
  const expiry = Math.min(
    verdict.lapsesAt ?? Number.POSITIVE_INFINITY,
    options.expiresAt ?? Number.POSITIVE_INFINITY,
  );
  return {
    profile: earProfile,
    issuer: options.issuer,
    issuedAt: toSeconds(options.issuedAt ?? verdict.at),
    ...(Number.isFinite(expiry) && { expiresAt: toSeconds(expiry) }),
    verifierId: { developer: options.developer, build: options.build },
    nonces: options.nonce === undefined ? [] : [options.nonce],
    submods: { [subjectKey(verdict.subject)]: appraisalOf(verdict, options.policyId) },
  };
}

function appraisalOf(verdict: Verdict, policyId: string | undefined): EarAppraisal {
  const { status, vector, epoch, overdue, profile } = verdict;
  const findings = distinctFindings(verdict);
  const listed = findings.slice(0, maximumEarFindings);
  return {
    status,
    vector,
    policyIds: policyId === undefined ? [] : [policyId],
    verdict: { epoch, overdue, profile, findings: listed, omitted: findings.length - listed.length },
  };
}

/** Several aspects and appraisers may come to one conclusion. The verdict already has the worst first. */
function distinctFindings(verdict: Verdict): readonly EarFinding[] {
  const distinct = new Map<string, EarFinding>();
  for (const { code, claim, value, subject } of verdict.findings) {
    const finding = { code, claim, value, subject: subjectKey(subject) };
    distinct.set([code, claim, value, finding.subject].join(' '), finding);
  }
  return [...distinct.values()];
}

function toSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
