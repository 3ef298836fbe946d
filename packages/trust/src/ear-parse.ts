import { KitenError } from '@kiten/codec';
import { type ClaimName, claimNames, isClaimName, type TrustVector } from './claims.ts';
import { emptyVector } from './compose-claims.ts';
import { type EarAppraisal, type EarClaims, earVerdictClaim } from './ear-claims.ts';
import { type EarNames, earNames, isEarProfile, veraisonEarProfile } from './ear-profiles.ts';
import { parseEarVerdict } from './ear-verdict.ts';
import { asCount, asObject, asText, type JsonObject, member } from './json-shape.ts';
import { earStatus, isClaimValue, type Tier, tierOf, tiers, worseTier } from './tiers.ts';
import { isMoreTrusted } from './trust-change.ts';

const maximumSubmods = 64;

/**
 * Reads the claims set of an EAR in either profile. Unknown claims are ignored, as the draft wants; every
 * claim that is known has to be right. Whether it is still fresh is for the caller to judge.
 *
 * @throws KitenError `trust/ear-profile`, `-issuer`, `-issued-at`, `-validity`, `-verifier-id`, `-nonce`, `-submods`,
 *   `-status`, `-status-too-good`, `-vector`, `-policy-id`, `-verdict`
 */
export function parseEar(json: unknown): EarClaims {
  const claims = asObject(json, 'trust/ear-malformed', 'The payload of an EAR is a JSON object.');
  const profile = member(claims, 'eat_profile');
  if (!isEarProfile(profile)) {
    throw new KitenError('trust/ear-profile', 'This is not an EAR of a profile that we know.', {
      detail: { profile: String(profile).slice(0, 128) },
    });
  }
  const names = earNames[profile];
  const issuer = member(claims, 'iss');
  const status = parseOptionalStatus(member(claims, names.status));
  const submods = parseSubmods(member(claims, 'submods'), names);
  mustNotBeTooGood(status, Object.values(submods));
  return {
    profile,
    ...(issuer !== undefined && {
      issuer: asText(issuer, 256, 'trust/ear-issuer', 'The issuer of an EAR is a text.'),
    }),
    issuedAt: asCount(
      member(claims, 'iat'),
      'trust/ear-issued-at',
      'An EAR says in whole seconds when it was issued.',
    ),
    ...parseValidity(claims),
    verifierId: parseVerifierId(member(claims, names.verifierId)),
    nonces: parseNonces(member(claims, 'eat_nonce')),
    ...(status !== undefined && { status }),
    submods,
  };
}

function parseValidity(claims: JsonObject): Pick<EarClaims, 'notBefore' | 'expiresAt'> {
  const [start, end] = [member(claims, 'nbf'), member(claims, 'exp')];
  const second = (time: unknown): number =>
    asCount(time, 'trust/ear-validity', 'An EAR is valid from one whole second to another.');
  return {
    ...(start !== undefined && { notBefore: second(start) }),
    ...(end !== undefined && { expiresAt: second(end) }),
  };
}

function parseSubmods(value: unknown, names: EarNames): Readonly<Record<string, EarAppraisal>> {
  const sentence = `An EAR has 1 to ${maximumSubmods} submodules, each an object under a label of at most 256 characters.`;
  const entries = Object.entries(asObject(value, 'trust/ear-submods', sentence));
  if (entries.length === 0 || entries.length > maximumSubmods)
    throw new KitenError('trust/ear-submods', sentence);
  return Object.fromEntries(
    entries.map(([label, appraisal]) => [
      asText(label, 256, 'trust/ear-submods', sentence),
      parseAppraisal(asObject(appraisal, 'trust/ear-submods', sentence), names),
    ]),
  );
}

function parseAppraisal(appraisal: JsonObject, names: EarNames): EarAppraisal {
  const status = parseStatus(member(appraisal, names.status));
  const claimed = member(appraisal, names.vector);
  const vector = claimed === undefined ? undefined : parseVector(claimed);
  if (vector !== undefined && isMoreTrusted(status, worstOf(vector))) refuseTooGood(status, worstOf(vector));
  const verdict = member(appraisal, earVerdictClaim);
  return {
    status,
    ...(vector !== undefined && { vector }),
    policyIds: parsePolicyIds(member(appraisal, names.policyIds), names),
    ...(verdict !== undefined && { verdict: parseEarVerdict(verdict) }),
  };
}

function parseVector(value: unknown): TrustVector {
  const sentence =
    'A trustworthiness vector maps names of AR4SI claims, at least one, to integers from −128 to 127.';
  const entries = Object.entries(asObject(value, 'trust/ear-vector', sentence));
  const vector: Record<ClaimName, number> = { ...emptyVector };
  for (const [name, number] of entries) {
    // A claim we don't know could be the one that contraindicates: leaving it out would make things better.
    if (!isClaimName(name) || !isClaimValue(number)) {
      throw new KitenError('trust/ear-vector', sentence, {
        detail: { claim: name.slice(0, 64), value: String(number).slice(0, 32) },
      });
    }
    vector[name] = number;
  }
  if (entries.length === 0) throw new KitenError('trust/ear-vector', sentence);
  return vector;
}

/** A tier by name, or by its number as CBOR and older verifiers write it. */
function parseStatus(value: unknown): Tier {
  const tier = tiers.find((known) => known === value || earStatus[known] === value);
  if (tier !== undefined) return tier;
  throw new KitenError(
    'trust/ear-status',
    'Each submodule of an EAR has a status: none, affirming, warning or contraindicated.',
    {
      detail: { status: String(value).slice(0, 64) },
    },
  );
}

function parseOptionalStatus(value: unknown): Tier | undefined {
  return value === undefined ? undefined : parseStatus(value);
}

function worstOf(vector: TrustVector): Tier {
  return claimNames.map((name) => tierOf(vector[name])).reduce(worseTier, 'none');
}

function mustNotBeTooGood(status: Tier | undefined, submods: readonly EarAppraisal[]): void {
  if (status === undefined) return;
  const better = submods.find((submod) => isMoreTrusted(status, submod.status));
  if (better !== undefined) refuseTooGood(status, better.status);
}

function refuseTooGood(status: Tier, worst: Tier): never {
  throw new KitenError('trust/ear-status-too-good', 'The status of an EAR is better than what it rests on.', {
    detail: { status, worst },
  });
}

function parseVerifierId(value: unknown): EarClaims['verifierId'] {
  const sentence = 'An EAR names its verifier by developer and build.';
  const id = asObject(value, 'trust/ear-verifier-id', sentence);
  const text = (name: string): string => asText(member(id, name), 256, 'trust/ear-verifier-id', sentence);
  return { developer: text('developer'), build: text('build') };
}

function parsePolicyIds(value: unknown, names: EarNames): readonly string[] {
  if (value === undefined) return [];
  const ids = names === earNames[veraisonEarProfile] ? [value] : value;
  const sentence = 'The policies of an EAR are named by 1 to 16 texts.';
  if (!Array.isArray(ids) || ids.length === 0 || ids.length > 16)
    throw new KitenError('trust/ear-policy-id', sentence);
  return ids.map((id) => asText(id, 1024, 'trust/ear-policy-id', sentence));
}

/** RFC 9711 §4.1: one nonce, or a list of them, each 8 to 64 octets, which makes 11 to 88 characters. */
function parseNonces(value: unknown): readonly string[] {
  if (value === undefined) return [];
  const nonces = Array.isArray(value) ? value : [value];
  const valid = nonces.length > 0 && nonces.length <= 16 && nonces.every(isNonce);
  if (valid) return nonces as string[];
  throw new KitenError('trust/ear-nonce', 'A nonce of an EAR is base64url of 8 to 64 octets.');
}

function isNonce(nonce: unknown): boolean {
  return typeof nonce === 'string' && /^[A-Za-z0-9_+/-]{11,88}={0,2}$/.test(nonce) && nonce.length <= 88;
}
