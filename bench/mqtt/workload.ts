// What the generator can be asked to do.
import type { Credentials } from './servers/server.ts';

/** Who sends to whom: each publisher to a subscriber of its own, all to one, or one to all. */
export type Shape = 'pairs' | 'fan-in' | 'fan-out';

/** Messages as fast as the server brings them. */
export interface Flow {
  readonly kind: 'flow';
  readonly shape: Shape;
  readonly publishers: number;
  readonly subscribers: number;
  readonly qos: 0 | 1;
  /** Packets in each write of a publisher. */
  readonly batch: number;
  /** Of each publisher. */
  readonly topics: number;
  readonly secured: boolean;
  /** Messages that are under way at most, all publishers together. */
  readonly window: number;
}

/** So many messages a second, evenly, and how long each takes. */
export interface Pace extends Omit<Flow, 'kind' | 'window'> {
  readonly kind: 'pace';
  readonly perSecond: number;
}

/** Mutual TLS and CONNECT again and again, each time until CONNACK. */
export interface Connects {
  readonly kind: 'connects';
  readonly resumed: boolean;
  readonly atOnce: number;
}

export type Workload = Flow | Pace | Connects;

/** One run of one workload against one server. */
export interface Job {
  readonly workload: Workload;
  readonly port: number;
  readonly pid: number;
  readonly ca: string;
  readonly publishers: readonly Credentials[];
  readonly subscribers: readonly Credentials[];
  /** Of the server. */
  readonly warmupCpuSeconds: number;
  readonly cpuSeconds: number;
  /** By the clock, for each of the two at most. A pace lasts as long as that: it keeps no server busy. */
  readonly longestSeconds: number;
}

export interface Outcome {
  /** Messages that reached their subscribers, or connects. */
  readonly done: number;
  readonly seconds: number;
  readonly serverCpuSeconds: number;
  readonly generatorCpuSeconds: number;
  /** Milliseconds from write to receipt, of each message of a pace. */
  readonly latencies?: Float64Array;
}

/** Bytes of each message. */
export const payloadBytes = 64;
/** QoS 1 messages of one publisher that are not acknowledged, at most. */
export const inFlight = 64;
