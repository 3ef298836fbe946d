// The rows of the table: what is sent, and what is asked of it.
import type { Flow, Workload } from './workload.ts';

/** A floor and a goal for a ratio to Mosquitto, both per CPU second of the server: more is better. */
export interface Row {
  /** Chooses it on the command line. */
  readonly id: string;
  readonly title: string;
  readonly workload: Workload;
  readonly floor: number;
  readonly goal: number;
}

const window = 4_096;

/** One packet a write, from a hundred to a hundred. */
export const pairs: Flow = {
  kind: 'flow',
  shape: 'pairs',
  publishers: 100,
  subscribers: 100,
  qos: 0,
  batch: 1,
  topics: 1,
  secured: false,
  window,
};
const batched: Flow = { ...pairs, publishers: 10, subscribers: 10, batch: 32 };
const fanIn: Flow = { ...pairs, shape: 'fan-in', publishers: 50, subscribers: 1, qos: 1, batch: 8 };
const fanOut: Flow = { ...pairs, shape: 'fan-out', publishers: 1, subscribers: 50, window: 1 };

export const rows: readonly Row[] = [
  {
    id: 'pairs-0',
    title: '100 pairs, one packet a write, QoS 0',
    workload: pairs,
    floor: 1.3,
    goal: 2,
  },
  {
    id: 'pairs-1',
    title: '100 pairs, one packet a write, QoS 1',
    workload: { ...pairs, qos: 1 },
    floor: 1.4,
    goal: 2,
  },
  {
    id: 'pairs-tls',
    title: '100 pairs, one packet a write, QoS 0, mutual TLS',
    workload: { ...pairs, secured: true },
    floor: 0.75,
    goal: 1,
  },
  {
    id: 'batch-0',
    title: '10 pairs, 32 packets a write, QoS 0',
    workload: batched,
    floor: 12,
    goal: 30,
  },
  {
    id: 'batch-1',
    title: '10 pairs, 32 packets a write, QoS 1',
    workload: { ...batched, qos: 1 },
    floor: 8,
    goal: 20,
  },
  {
    id: 'in-1',
    title: 'fan-in 50 to 1, 8 packets a write, QoS 1',
    workload: fanIn,
    floor: 6,
    goal: 15,
  },
  {
    id: 'in-tls',
    title: 'fan-in 50 to 1, 8 packets a write, QoS 1, mutual TLS',
    workload: { ...fanIn, secured: true },
    floor: 4,
    goal: 8,
  },
  {
    id: 'out-single',
    title: 'fan-out 1 to 50, one at a time, QoS 0',
    workload: fanOut,
    floor: 1,
    goal: 1.3,
  },
  {
    id: 'out-batch',
    title: 'fan-out 1 to 50, 32 packets a write, QoS 0',
    workload: { ...fanOut, batch: 32, window: 1_024 },
    floor: 15,
    goal: 40,
  },
  {
    id: 'topics',
    title: '10 pairs, 1,000 topics each, 32 packets a write, QoS 0',
    workload: { ...batched, topics: 1_000 },
    floor: 4,
    goal: 10,
  },
  {
    id: 'connects',
    title: 'mutual-TLS connects, new',
    workload: { kind: 'connects', resumed: false, atOnce: 8 },
    floor: 0.75,
    goal: 1,
  },
  {
    id: 'resumed',
    title: 'mutual-TLS connects, resumed',
    workload: { kind: 'connects', resumed: true, atOnce: 8 },
    floor: 1,
    goal: 2,
  },
];

/** Latency: how long a message takes at a pace that leaves every server idle most of the time. */
export const paced = {
  kind: 'pace',
  shape: 'pairs',
  publishers: 20,
  subscribers: 20,
  qos: 0,
  batch: 1,
  topics: 1,
  perSecond: 2_000,
} as const;

/** Throughput beside verdicts that change: the work whose cost varies least. */
export const besideVerdicts: Flow = pairs;
