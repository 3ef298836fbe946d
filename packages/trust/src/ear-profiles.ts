/** The EAT profile that we emit: draft-ietf-rats-ear-03. */
export const earProfile = 'tag:ietf.org,2026:rats/ear#03';

/** The profile of Project Veraison's verifiers, accepted on input. */
export const veraisonEarProfile = 'tag:github.com,2023:veraison/ear';

export type EarProfile = typeof earProfile | typeof veraisonEarProfile;

/** How a profile spells the JWT names of EAR's claims. */
export interface EarNames {
  readonly status: string;
  readonly vector: string;
  readonly verifierId: string;
  /** The working-group draft has a list under this name, the older profile one text. */
  readonly policyIds: string;
}

/** The names came with dots first and have underscores since draft-ietf-rats-ear-03. */
export const earNames: Readonly<Record<EarProfile, EarNames>> = {
  [earProfile]: {
    status: 'ear_status',
    vector: 'ear_trustworthiness_vector',
    verifierId: 'ear_verifier_id',
    policyIds: 'ear_appraisal_policy_ids',
  },
  [veraisonEarProfile]: {
    status: 'ear.status',
    vector: 'ear.trustworthiness-vector',
    verifierId: 'ear.verifier-id',
    policyIds: 'ear.appraisal-policy-id',
  },
};

/** RFC 9782: the media type of an EAR in JWT form. */
export const earMediaType = `application/eat+jwt; eat_profile="${earProfile}"`;

export function isEarProfile(text: unknown): text is EarProfile {
  return text === earProfile || text === veraisonEarProfile;
}
