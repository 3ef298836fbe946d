import type { Evidence } from '@kiten/trust';
import type { MqttVersion } from '@kiten/wire';
import type { ListenerKind } from './listener-kind.ts';
import type { Statistics } from './statistics.ts';

/** What the gateway judges: the Cedar actions of messages. */
export type TrafficAction = 'publish' | 'subscribe' | 'receive' | 'attest' | 'update';

/** One row of a minute's traffic. The topic `#` stands for all that found no room of its own. */
export interface TrafficCount {
  readonly device: string;
  readonly action: TrafficAction;
  readonly topic: string;
  readonly allowed: number;
  readonly denied: number;
}

/**
 * Everything a gateway tells. Structured-clonable; `at` is milliseconds since the Unix epoch.
 * `repeated` counts what the event stands for: the first of its kind is told at once, the rest once an interval.
 */
export type GatewayEvent =
  | {
      readonly kind: 'listening';
      readonly listener: ListenerKind;
      readonly address: string;
      readonly port: number;
    }
  | {
      readonly kind: 'session-opened';
      readonly device: string;
      readonly clientId: string;
      readonly address: string;
      readonly port: number;
      /** Of the client certificate, lower-case hexadecimal; empty without TLS. */
      readonly serial: string;
      /** SHA-256 of the client certificate, lower-case hexadecimal; empty without TLS. */
      readonly fingerprint: string;
      readonly version: MqttVersion;
      /** Whether the TLS session was resumed. */
      readonly resumed: boolean;
      /** What it was let in by. */
      readonly by: 'certificate' | 'password' | 'none';
      /** `restricted` may attest and be updated, nothing else. */
      readonly admission: 'full' | 'restricted';
      readonly at: number;
    }
  | {
      readonly kind: 'session-closed';
      readonly device: string;
      readonly clientId: string;
      readonly cause: string;
      readonly at: number;
    }
  | {
      readonly kind: 'handshake-refused' | 'connect-refused';
      readonly code: string;
      readonly message: string;
      readonly address: string;
      readonly device?: string;
      readonly at: number;
      readonly repeated: number;
    }
  | {
      readonly kind: 'denied';
      readonly device: string;
      /** `connect`, without a topic, for a device that would have been let in to recover only, or not at all. */
      readonly action: TrafficAction | 'connect';
      readonly topic: string;
      /** The device whose group observes: it was not denied, and would have been. */
      readonly observed?: string | undefined;
      /** Ids of the policies that forbid it; empty if none permits it; codes `gateway/…` where no policy was asked. */
      readonly policies: readonly string[];
      /** Of a message that holds readings against which something speaks: their stream, and the finding. */
      readonly stream?: string;
      readonly finding?: string;
      readonly at: number;
      readonly repeated: number;
    }
  /** `minute` is whole minutes since the Unix epoch. */
  | { readonly kind: 'counts'; readonly minute: number; readonly rows: readonly TrafficCount[] }
  | {
      readonly kind: 'severed';
      readonly device: string;
      readonly sessions: readonly string[];
      readonly sequence: number;
      readonly at: number;
    }
  | { readonly kind: 'evidence'; readonly evidence: Evidence }
  /** A device acknowledged what the site asked of it. */
  | { readonly kind: 'acknowledged'; readonly device: string; readonly run: string; readonly at: number }
  /** What a device said to the site, on a topic of theirs. */
  | {
      readonly kind: 'heard';
      readonly device: string;
      readonly topic: string;
      readonly payload: Uint8Array;
      readonly at: number;
    }
  | { readonly kind: 'applied'; readonly sequence: number }
  /** A change that could not be applied. What it was about is denied from then on, until a good one arrives. */
  | {
      readonly kind: 'change-refused';
      readonly sequence: number;
      readonly code: string;
      readonly message: string;
    }
  /** A policy that could not be evaluated: it counted as if it were not there. */
  | {
      readonly kind: 'policy-failed';
      readonly policy: string;
      readonly message: string;
      readonly at: number;
      readonly repeated: number;
    }
  /** A fault of the gateway itself; the connection that met it was ended. */
  | { readonly kind: 'fault'; readonly code: string; readonly message: string; readonly at: number }
  | { readonly kind: 'statistics'; readonly statistics: Statistics; readonly at: number };

export type EmitEvent = (event: GatewayEvent) => void;
