import type { Generated } from 'kysely';

/** Times are milliseconds since the Unix epoch; lists and records are JSON texts; flags are 0 or 1. */
export interface Tables {
  facts: { name: string; value: string };
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
  /** What is remembered of the last evidence of a device that answered a nonce. */
  /** Which of a device's nonces are used up. */
  used_nonces: { device: string; floor: number; used: string };
  /** What tells a device's secrets from those of others. */
  device_secrets: { device: string; kind: string; label: string; digest: string };
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
  /** Automatic enforcement that was paused, for one cause in one group. */
  brakes: {
    id: number;
    group_name: string;
    code: string;
    appraiser: string;
    /** `braking`, `released` or `confirmed`. */
    state: string;
    pulled_at: number;
    share: number;
    fallen: number;
    group_size: number;
    decided_at: number | null;
    decided_by: string | null;
    reason: string | null;
  };
  /** What was asked for, and whether a second person agreed. */
  approvals: {
    id: string;
    action: string;
    /** A JSON record. */
    parameters: string;
    requested_by: string;
    /** Whose hand the asking access came from, if not their own. */
    requested_hand: string | null;
    reason: string;
    requested_at: number;
    expires_at: number;
    /** `pending`, `approved`, `denied` or `failed`. */
    state: string;
    decided_by: string | null;
    decision_reason: string | null;
    decided_at: number | null;
    done_at: number | null;
    /** A JSON record with code and detail. */
    problem: string | null;
  };
  /** Broken glass. */
  exceptions: {
    id: string;
    device: string | null;
    group_name: string | null;
    granted_at: number;
    until: number;
    requested_by: string;
    approved_by: string;
    reason: string;
    ended_at: number | null;
    ended_by: string | null;
    end_reason: string | null;
  };
  /** Falls that are shown and not enforced. */
  held_falls: {
    device: string;
    code: string;
    appraiser: string;
    since: number;
    brake: number | null;
    /** The run of a playbook, and until when it waits. */
    playbook: string | null;
    deadline: number | null;
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
  /** What the payloads of devices have to be. */
  payload_rules: { id: string; rule: string; set_by: string; set_at: number; reason: string };
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
  /** Signed statements, as they stand in the log. */
  statements: {
    /** SHA-256, hexadecimal. */
    digest: string;
    /** `appointment`, `finding`, `verdict` or `admitted`. */
    kind: string;
    /** The finding's digest, the verdict's epoch, the appointed key's id. */
    about: string;
    subject: string | null;
    issuer: string;
    bytes: Uint8Array;
    issued_at: number;
    expires_at: number | null;
    /** Absent until the log has it. */
    log_index: number | null;
  };
  /** What is withdrawn, apart from revoked devices: these follow from their standing. */
  marks: {
    kind: string;
    /** Hexadecimal. */
    value: string;
    at: number;
    /** When what it withdraws would have ended by itself. */
    expires_at: number | null;
  };
  /** Others whose word counts here, as manufacturers' does. */
  authorities: { name: string; role: string; public_key: Uint8Array; added_by: string; added_at: number };
  /** Witnesses that this site's log asks. */
  witnesses: {
    name: string;
    url: string;
    /** C2SP verifier key. */
    key: string;
    /** PEM of the CA that the witness's server is trusted under, besides the system's. */
    ca: string | null;
    size: number;
    cosigned_at: number | null;
    problem: string | null;
  };
  /** Other logs that this site is a witness for. */
  followed_logs: {
    origin: string;
    /** A JSON list of verifier keys. */
    keys: string;
    size: number;
    root: Uint8Array | null;
    note: string | null;
    cosigned_at: number | null;
  };
  /** Two signed notes that contradict each other. */
  suspicions: {
    id: Generated<number>;
    at: number;
    origin: string;
    code: string;
    known: string;
    offered: string;
  };
  /** One root for a minute's counts of traffic. */
  traffic_windows: { minute: number; salt: Uint8Array; count: number; root: Uint8Array };
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
  /** Log entries committed with the state they speak of and not yet known to be in the log. */
  outbox: { id: Generated<number>; entry: Uint8Array; statement: string | null; log_size: number };
  policies: { revision: Generated<number>; text: string; author: string; reason: string; at: number };
  operators: {
    name: string;
    role: string;
    created_at: number;
    /** What authenticators know the operator by; absent until there is a passkey. */
    handle: Uint8Array | null;
    /** When they came in for the first time. */
    arrived_at: number | null;
  };
  sign_in_links: {
    hash: string;
    operator: string;
    expires_at: number;
    used_at: number | null;
    /** Whose hand it came from; absent if it is the operator's own, as below. */
    created_by: string | null;
  };
  browser_sessions: {
    hash: string;
    operator: string;
    /** `link`, `passkey`, `recovery-code` or `oidc`. */
    signed_in_by: string;
    browser: string;
    address: string;
    created_at: number;
    seen_at: number;
    expires_at: number;
    created_by: string | null;
    /** The identity provider's session (`sid`) that it came by. */
    provider_session: string | null;
  };
  passkeys: {
    /** The credential's id, base64url. */
    id: string;
    operator: string;
    name: string;
    host: string;
    /** COSE_Key. */
    public_key: Uint8Array;
    counter: number;
    /** A JSON list. */
    transports: string;
    backed_up: number;
    created_at: number;
    used_at: number | null;
    created_by: string | null;
  };
  operator_identities: { issuer: string; subject: string; operator: string };
  recovery_codes: { hash: string; operator: string; created_at: number; created_by: string | null };
  api_tokens: {
    hash: string;
    operator: string;
    name: string;
    /** A JSON list. */
    scopes: string;
    created_at: number;
    expires_at: number | null;
    used_at: number | null;
    /** Whose hand it came from, the operator's own too; absent of tokens from before that was kept. */
    created_by: string | null;
  };
  traffic: { minute: number; device: string; action: string; topic: string; allowed: number; denied: number };
  denials: {
    id: Generated<number>;
    at: number;
    device: string;
    action: string;
    topic: string;
    policies: string;
    repeated: number;
    /** The device whose group observes: it was not refused, and would have been. */
    observed: string | null;
    /** Of a message with readings: their stream and what speaks against it, if something does. */
    stream: string | null;
    finding: string | null;
  };
  /** What would have been refused, counted: one row a device, action, topic and cause. */
  observations: {
    observed: string;
    device: string;
    action: string;
    topic: string;
    /** A JSON list. */
    policies: string;
    count: number;
    first_at: number;
    last_at: number;
  };
  stream_declarations: {
    id: string;
    /** JSON. */
    declaration: string;
    set_by: string;
    set_at: number;
    reason: string;
  };
  streams: {
    /** `pump-1/vibration`. */
    stream: string;
    device: string;
    declaration: string;
    topic: string;
    appeared_at: number;
    /** JSON: it is being learned, until when. */
    lesson: string | null;
    /** Whether what will be learned is accepted at once. */
    accepts: number;
    /** SHA-256 of a profile that was learned, and of the one that it is judged by; hexadecimal. */
    proposal: string | null;
    profile: string | null;
    /** Why nothing could be learned. */
    problem: string | null;
    /** JSON: what freshness remembers. */
    memory: string | null;
    /** JSON: where its normal has wandered to from the profile that it is judged by. */
    wandered: string | null;
  };
  stream_alarms: {
    stream: string;
    began: number;
    ended: number | null;
    severity: number;
    sees: string;
    /** A JSON list. */
    channels: string;
    /** JSON; null as long as nothing is known. */
    diagnosis: string | null;
  };
  /** Streams whose sensors are checked against each other. */
  stream_relations: {
    id: string;
    /** What is declared, as JSON. */
    relation: string;
    set_by: string;
    set_at: number;
    reason: string;
    /** JSON of what it is being learned from; null: it is not. */
    lesson: string | null;
    accepts: number;
    proposal: string | null;
    profile: string | null;
    /** Pairs that would make checks, as JSON. */
    related: string | null;
    problem: string | null;
  };
  relation_alarms: { relation: string; began: number; ended: number | null; judgement: string };
  /** Topics with readings that nobody declared; when something came there last, and the rest as JSON. */
  found_readings: { device: string; topic: string; last_at: number; candidate: string };
  /** How far a receiver of events has come in the log. */
  event_cursors: { name: string; next: number };
  /** What the Image repository speaks for and devices may be told to install. */
  update_releases: {
    target: string;
    length: number;
    /** JSON records: its hashes, and what else the metadata says of it. */
    hashes: string;
    custom: string;
    published_by: string;
    published_at: number;
    /** How long the log was before it had the release. */
    log_size: number;
    /** When the repository ceased to speak for it. */
    withdrawn_at: number | null;
  };
  /** Devices as vehicles: their ECUs, what they said last, and what the director has said to them. */
  update_vehicles: {
    device: string;
    /** A JSON list of ECUs with their keys; absent for a device of one ECU that nobody described. */
    inventory: string | null;
    manifest: Uint8Array | null;
    manifest_at: number | null;
    /** JSON: what the manifest says of each ECU, with the counter that is burnt there. */
    ecus: string;
    /** JSON: what is remembered of the ECUs' reports. */
    memory: string;
    /** JSON: the director's metadata, and how long the log was before it had what that says. */
    director: string | null;
    log_size: number;
  };
  /** How the Director’s keys went over to others, by the version of the root that says so. */
  update_rotations: {
    root: number;
    key_id: string;
    stolen: number;
    state: string;
    begun_by: string;
    begun_at: number;
    reason: string;
    /** Of the root’s file, once it is out. */
    sha256: string | null;
    ended_by: string | null;
    ended_at: number | null;
  };
  update_campaigns: {
    id: string;
    name: string;
    /** JSON. */
    definition: string;
    seed: string;
    state: string;
    /** The wave that is open, and since when. */
    wave: number;
    since: number;
    /** JSON: failures that an operator went on despite, and why it is paused. */
    forgiven: string;
    cause: string | null;
    created_by: string;
    created_at: number;
    changed_by: string;
    changed_at: number;
    reason: string;
  };
  update_members: {
    campaign: string;
    device: string;
    wave: number;
    kind: string;
    state: string;
    attempts: number;
    trust_before: string | null;
    assigned_at: number | null;
    installed_at: number | null;
    confirmed_at: number | null;
    ended_at: number | null;
    shown_at: number | null;
    not_before: number | null;
    failure: string | null;
    code: string | null;
    said: string | null;
  };
}
