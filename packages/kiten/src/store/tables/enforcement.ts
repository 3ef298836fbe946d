import type { Generated } from 'kysely';

/** What is allowed, and what holds automatic enforcement up. */
export interface EnforcementTables {
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
  /** What the payloads of devices have to be. */
  payload_rules: { id: string; rule: string; set_by: string; set_at: number; reason: string };
  policies: { revision: Generated<number>; text: string; author: string; reason: string; at: number };
}
