/** What is known of who attests, and of what they have to show. */
export interface AttestationTables {
  /** The TPM and the attestation key that speak for a device. It need not have enrolled yet. */
  attesters: {
    device: string;
    /** TPMT_PUBLIC. */
    attestation_key: Uint8Array;
    endorsement_key: Uint8Array;
    /** DER. */
    endorsement_certificate: Uint8Array | null;
    /** A JSON list of DER in base64. */
    intermediates: string;
    activated_at: number;
  };
  /** Which of a device's nonces are used up. */
  used_nonces: { device: string; floor: number; used: string };
  /** What tells a device's secrets from those of others. */
  device_secrets: { device: string; kind: string; label: string; digest: string };
  /** What is remembered of the last evidence of a device that answered a nonce. */
  attester_states: {
    device: string;
    /** What the next evidence goes on from, and what this one went on from; absent if there is nothing. */
    state: Uint8Array | null;
    before_state: Uint8Array | null;
    nonce: Uint8Array;
    /** The digest of the evidence. */
    evidence: string;
    received_at: number;
  };
  /** CoRIMs, each once. */
  reference_values: {
    /** `sha256:` and hexadecimal. */
    digest: string;
    name: string;
    content: Uint8Array;
    /** The name of the key that it is signed with, and whom it names as its signer. */
    signed_by: string | null;
    issuer: string | null;
    added_by: string;
    added_at: number;
  };
  /** Whom reference values are addressed to. */
  reference_targets: {
    digest: string;
    /** `site`, `group`, `model`, `lot` or `device`. */
    kind: string;
    target: string;
    added_by: string;
    added_at: number;
  };
  /** Whose signature on reference values counts. */
  reference_keys: { name: string; public_key: Uint8Array; added_by: string; added_at: number };
  /** TPM vendors whose endorsement counts, and for whom. */
  tpm_vendors: {
    /** SHA-256 of the certificate, hexadecimal. */
    fingerprint: string;
    name: string;
    certificate: Uint8Array;
    kind: string;
    target: string;
    added_by: string;
    added_at: number;
  };
  /** What a device is one of. */
  device_makes: { device: string; model: string | null; lot: string | null };
}
