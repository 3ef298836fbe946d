import { type CborMap, type CborValue, fromBase64Url, KitenError, toBase64Url } from '@kiten/codec';
import { claimByNumber, claimNames, claimNumber, type TrustVector } from './claims.ts';
import { type EarAppraisal, type EarClaims, earVerdictClaim } from './ear-claims.ts';
import { parseEar } from './ear-parse.ts';
import { earNames, earProfile } from './ear-profiles.ts';
import { earStatus } from './tiers.ts';

/** Labels of claims in CBOR (draft-ietf-rats-ear-03 §3.3; RFC 8392 §4; RFC 9711 §10.2). */
const label = {
  issuer: 1,
  expiresAt: 4,
  notBefore: 5,
  issuedAt: 6,
  nonce: 10,
  profile: 265,
  submods: 266,
  status: 1000,
  vector: 1001,
  policyIds: 1003,
  verifierId: 1004,
} as const;

const names = earNames[earProfile];

/** The claims set of an EAR as draft-ietf-rats-ear-03 writes it in CBOR (§3.3). Our own claim keeps its name. */
export function earToCbor(claims: EarClaims): CborMap {
  const map = new Map<CborValue, CborValue>([
    [label.profile, earProfile],
    [label.issuedAt, claims.issuedAt],
    [
      label.verifierId,
      new Map<CborValue, CborValue>([
        [0, claims.verifierId.developer],
        [1, claims.verifierId.build],
      ]),
    ],
    [
      label.submods,
      new Map(Object.entries(claims.submods).map(([name, appraisal]) => [name, appraisalToCbor(appraisal)])),
    ],
  ]);
  if (claims.issuer !== undefined) map.set(label.issuer, claims.issuer);
  if (claims.expiresAt !== undefined) map.set(label.expiresAt, claims.expiresAt);
  if (claims.notBefore !== undefined) map.set(label.notBefore, claims.notBefore);
  if (claims.status !== undefined) map.set(label.status, earStatus[claims.status]);
  const nonces = claims.nonces.map((nonce) => fromBase64Url(nonce));
  if (nonces.length > 0) map.set(label.nonce, nonces.length === 1 ? nonces[0] : nonces);
  return map;
}

function appraisalToCbor({ status, vector, policyIds, verdict }: EarAppraisal): CborMap {
  const map = new Map<CborValue, CborValue>([[label.status, earStatus[status]]]);
  if (vector !== undefined) map.set(label.vector, vectorToCbor(vector));
  if (policyIds.length > 0) map.set(label.policyIds, [...policyIds]);
  if (verdict !== undefined) map.set(earVerdictClaim, toCbor(verdict));
  return map;
}

const vectorToCbor = (vector: TrustVector): CborMap =>
  new Map(claimNames.map((name) => [claimNumber(name), vector[name]]));

/** Plain data, its objects as maps. */
function toCbor(value: unknown): CborValue {
  if (Array.isArray(value)) return value.map(toCbor);
  if (typeof value !== 'object' || value === null) return value as CborValue;
  return new Map(Object.entries(value).map(([name, part]) => [name, toCbor(part)]));
}

/**
 * Reads the claims set of an EAR in CBOR. It is held to all that one in JSON is held to.
 *
 * @throws KitenError `trust/ear-malformed`, and what `parseEar` throws
 */
export function parseEarCbor(value: CborValue): EarClaims {
  const claims = asMap(value);
  const submods = [...asMap(claims.get(label.submods))].map(([name, appraisal]) => [
    typeof name === 'string' ? name : refuse(),
    appraisalToJson(asMap(appraisal)),
  ]);
  return parseEar(
    defined({
      eat_profile: claims.get(label.profile),
      iss: claims.get(label.issuer),
      iat: claims.get(label.issuedAt),
      nbf: claims.get(label.notBefore),
      exp: claims.get(label.expiresAt),
      eat_nonce: noncesToJson(claims.get(label.nonce)),
      [names.verifierId]: verifierIdToJson(claims.get(label.verifierId)),
      [names.status]: claims.get(label.status),
      submods: Object.fromEntries(submods),
    }),
  );
}

function appraisalToJson(appraisal: CborMap): Record<string, unknown> {
  const vector = appraisal.get(label.vector);
  return defined({
    [names.status]: appraisal.get(label.status),
    [names.vector]: vector === undefined ? undefined : vectorToJson(asMap(vector)),
    [names.policyIds]: appraisal.get(label.policyIds),
    [earVerdictClaim]: toJson(appraisal.get(earVerdictClaim)),
  });
}

function vectorToJson(vector: CborMap): Record<string, unknown> {
  return Object.fromEntries(
    [...vector].map(([number, value]) => [claimByNumber(Number(number)) ?? String(number), value]),
  );
}

function verifierIdToJson(value: CborValue): unknown {
  const id = asMap(value);
  return { developer: id.get(0), build: id.get(1) };
}

function noncesToJson(value: CborValue): unknown {
  if (value === undefined) return undefined;
  const nonces = Array.isArray(value) ? value : [value];
  return nonces.map((nonce) => (nonce instanceof Uint8Array ? toBase64Url(nonce) : refuse()));
}

function toJson(value: CborValue): unknown {
  if (Array.isArray(value)) return value.map(toJson);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([name, part]) => [String(name), toJson(part)]));
}

function asMap(value: CborValue): CborMap {
  return value instanceof Map ? value : refuse();
}

const defined = (object: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

function refuse(): never {
  throw new KitenError('trust/ear-malformed', 'The claims of an EAR in CBOR are a map, with maps in it.');
}
