import { KitenError } from '@kiten/codec';

/** An RFC 9457 problem document with Kiten's stable error code. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  /** What must hold and would not: each with a request that shows it, in Cedar's JSON forms. */
  readonly invariants?: unknown;
}

const statuses: Readonly<Record<string, number>> = {
  'kiten/not-signed-in': 401,
  'kiten/certificate-needed': 401,
  'kiten/attestation-unauthenticated': 401,
  'kiten/attestation-forbidden': 403,
  'kiten/attestation-too-often': 429,
  'kiten/appraisal-busy': 503,
  'kiten/appraisal-too-long': 422,
  'kiten/appraisal-worker': 503,
  'kiten/attestation-busy': 503,
  'kiten/attestation-key-unknown': 409,
  'kiten/attestation-key-another-tpm': 409,
  'kiten/attestation-key-tpm-in-use': 409,
  'kiten/activation-unknown': 409,
  'kiten/activation-wrong': 403,
  'kiten/update-forbidden': 403,
  'kiten/update-too-often': 429,
  'kiten/update-hardware-unknown': 409,
  'kiten/inclusion-unknown': 404,
  'kiten/release-unknown': 404,
  'kiten/release-withdrawn': 409,
  'kiten/campaign-unknown': 404,
  'kiten/campaign-hardware': 409,
  'kiten/campaigns-full': 409,
  'kiten/image-too-large': 413,
  'kiten/image-rollback': 409,
  'update/campaign-state': 409,
  'update/report-unassigned': 409,
  'kiten/vendor-unknown': 404,
  'kiten/attester-unknown': 404,
  'kiten/reference-unknown': 404,
  'kiten/reference-not-assigned': 404,
  'kiten/reference-key-unknown': 404,
  'kiten/reference-key-in-use': 409,
  'kiten/references-full': 409,
  'kiten/vendors-full': 409,
  'kiten/sign-in-link': 401,
  'kiten/recovery-code': 401,
  'kiten/passkey-refused': 401,
  'kiten/oidc-refused': 401,
  'kiten/oidc-not-allowed': 401,
  'kiten/oidc-name': 401,
  'kiten/passkey-copied': 401,
  'kiten/forbidden': 403,
  'kiten/foreign-origin': 403,
  'kiten/approval-own': 403,
  'kiten/approval-same-hand': 403,
  'kiten/sign-in-stale': 403,
  'kiten/root-overlap': 409,
  'kiten/root-alone': 409,
  'kiten/foreign-host': 421,
  'kiten/scope-missing': 403,
  'kiten/not-found': 404,
  'kiten/operator-unknown': 404,
  'kiten/operator-known': 409,
  'kiten/last-administrator': 409,
  'kiten/role-unchanged': 409,
  'kiten/api-tokens-full': 409,
  'kiten/operator-managed': 409,
  'kiten/passkeys-full': 409,
  'kiten/device-unknown': 404,
  'kiten/log-entry-unknown': 404,
  'kiten/group-unknown': 404,
  'kiten/brake-unknown': 404,
  'kiten/approval-unknown': 404,
  'kiten/exception-unknown': 404,
  'kiten/finding-unknown': 404,
  'kiten/finding-ambiguous': 409,
  'kiten/evidence-unknown': 404,
  'kiten/evidence-erased': 410,
  'kiten/authority-known': 409,
  'kiten/payload-rules-full': 409,
  'kiten/stream-unknown': 404,
  'kiten/relation-unknown': 404,
  'kiten/relations-full': 409,
  'kiten/relation-not-learned': 409,
  'kiten/relation-not-learning': 409,
  'kiten/relation-learned-otherwise': 409,
  'kiten/stream-declaration-unknown': 404,
  'kiten/stream-declarations-full': 409,
  'kiten/stream-not-learned': 409,
  'kiten/stream-not-learning': 409,
  'kiten/stream-learned-otherwise': 409,
  'kiten/stream-worker': 503,
  'kiten/profile-missing': 409,
  'kiten/profile-altered': 409,
  'kiten/payload-rule-unknown': 404,
  'kiten/password-exists': 409,
  'kiten/password-missing': 404,
  'kiten/device-has-certificate': 409,
  'policy/invariant-broken': 409,
  'policy/invariant-undecided': 409,
  'kiten/policy-too-long': 409,
  'kiten/policy-busy': 503,
  'policy/proof-rejected': 500,
  'policy/nothing-proved': 404,
  'kiten/standing-unchanged': 409,
  'kiten/brake-decided': 409,
  'kiten/approval-decided': 409,
  'kiten/device-revoked': 409,
  'kiten/body-too-large': 413,
  'kiten/media-type': 415,
  'kiten/passport-too-often': 429,
  'kiten/too-many-approvals': 429,
  'kiten/sign-in-too-often': 429,
  'kiten/oidc-unreachable': 502,
  'kiten/disk-full': 507,
  'ledger/disk-full': 507,
  'ledger/write-failed': 507,
  'ledger/witness-store': 507,
};

const titles: Readonly<Record<number, string>> = {
  400: 'The request is not valid',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  409: 'In conflict with the present state',
  410: 'No longer there',
  413: 'Too large',
  415: 'Unsupported media type',
  421: 'Wrong host',
  429: 'Too many requests',
  500: 'Kiten failed',
  502: 'The identity provider does not answer',
  503: 'Not now',
  507: 'No room to write',
};

/** The document for an error. What is not a KitenError is our own fault, and its text stays in the log. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof KitenError)) {
    return document(500, 'kiten/internal', 'Something in Kiten went wrong; the site’s log says what.');
  }
  const invariants = error.detail?.invariants;
  const problem = document(statuses[error.code] ?? 400, error.code, error.message);
  return invariants === undefined ? problem : { ...problem, invariants };
}

function document(status: number, code: string, detail: string): Problem {
  return { type: `urn:kiten:error:${code}`, title: titles[status] ?? 'Error', status, detail, code };
}
