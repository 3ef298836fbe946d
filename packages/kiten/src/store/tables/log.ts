import type { Generated } from 'kysely';

/** The log, what stands in it, and others whose word counts. */
export interface LogTables {
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
  /** Log entries committed with the state they speak of and not yet known to be in the log. */
  outbox: { id: Generated<number>; entry: Uint8Array; statement: string | null; log_size: number };
  /** How far a receiver of events has come in the log. */
  event_cursors: { name: string; next: number };
}
