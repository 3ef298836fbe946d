import type { Generated } from 'kysely';

/** Times are milliseconds since the Unix epoch; lists and records are JSON texts; flags are 0 or 1. */
export interface Tables {
  facts: { name: string; value: string };
  groups: { name: string; required: string };
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
    body: Uint8Array;
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
  /** Log entries committed with the state they speak of and not yet known to be in the log. */
  outbox: { id: Generated<number>; entry: Uint8Array; log_size: number };
  policies: { revision: Generated<number>; text: string; author: string; reason: string; at: number };
  operators: { name: string; role: string; token_hash: string; created_at: number };
  sign_in_links: { hash: string; operator: string; expires_at: number; used_at: number | null };
  browser_sessions: { hash: string; operator: string; created_at: number; expires_at: number };
  traffic: { minute: number; device: string; action: string; topic: string; allowed: number; denied: number };
  denials: {
    id: Generated<number>;
    at: number;
    device: string;
    action: string;
    topic: string;
    policies: string;
    repeated: number;
  };
}
