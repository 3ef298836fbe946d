import type { Generated } from 'kysely';

/** What devices did, and what they were refused. */
export interface TrafficTables {
  /** One root for a minute's counts of traffic. */
  traffic_windows: { minute: number; salt: Uint8Array; count: number; root: Uint8Array };
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
}
