/** What is released, and who is to run it. */
export interface UpdateTables {
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
