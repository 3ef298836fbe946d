/** Readings, and what is known of those who send them. */
export interface ReadingTables {
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
}
