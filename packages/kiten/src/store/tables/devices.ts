import type { Generated } from 'kysely';

/** Devices: what they get in with, what was found on them, and what it comes to. */
export interface DeviceTables {
  groups: {
    name: string;
    /** A JSON list of claim names. */
    required: string;
    /** `enforce` or `observe`. */
    mode: Generated<string>;
    /** Per cent, devices, seconds. */
    brake_share: Generated<number>;
    brake_least: Generated<number>;
    brake_window: Generated<number>;
    /** Whether its devices are never cut blindly, and how long each has to acknowledge. */
    safety: Generated<number>;
    acknowledge_seconds: Generated<number>;
    /** How often its devices attest, and how long they may take to, in seconds. */
    attest_every: Generated<number>;
    attest_deadline: Generated<number>;
    /** What a file amounts to that no reference value names: `contraindicated` or `warning`. */
    unknown_files: Generated<string>;
    /** What keys its devices get certificates for: `any`, `hardware` or `hardware-approved`. */
    key_rule: Generated<string>;
  };
  devices: {
    id: string;
    /** A JSON list of group names. */
    groups: string;
    /** The manufacturer identity it enrolled with. */
    idevid: string | null;
    standing: string;
    standing_reason: string | null;
    standing_by: string | null;
    standing_at: number;
    registered_at: number;
  };
  /** How devices stood at other times: what is in the log, at hand. */
  standings: { device: string; at: number; standing: string; actor: string | null; reason: string | null };
  certificates: {
    serial: string;
    device: string;
    der: Uint8Array;
    key_digest: string;
    not_before: number;
    not_after: number;
    issued_at: number;
    proven_by: string;
    revoked_at: number | null;
    revocation_reason: number | null;
  };
  /** Of devices that know nothing better; their hashes alone. */
  passwords: {
    device: string;
    /** Names the password. */
    credential: string;
    hash: string;
    origin: string;
    set_at: number;
    set_by: string;
  };
  tokens: {
    hash: string;
    device: string | null;
    group_name: string | null;
    created_at: number;
    created_by: string;
    expires_at: number;
    used_at: number | null;
    used_by: string | null;
    used_serial: string | null;
    revoked_at: number | null;
  };
  evidence: {
    digest: string;
    media_type: string;
    subject: string;
    received_at: number;
    via: string;
    /** Bytes: what the payload store holds, or held. */
    size: number;
    /** Small content; larger content is in the payload store. */
    body: Uint8Array | null;
    /** Of content that is here; content from before there were salts has none. */
    salt: Uint8Array | null;
    erased_at: number | null;
  };
  findings: {
    id: Generated<number>;
    subject: string;
    claim: string;
    appraiser: string;
    aspect: string;
    /** `affirming`, `none` or `adverse`: the newest of each may still count. */
    slot: string;
    value: number;
    code: string;
    at: number;
    holds_until: number | null;
    premises: string;
    relays: string | null;
    parameters: string;
    cleared_by: string | null;
  };
  verdicts: {
    subject: string;
    epoch: number;
    vector: string;
    status: string;
    overdue: number;
    at: number;
    profile: string;
    /** The signed attestation result, a compact JWT. */
    ear: string;
  };
}
