import type { MessagePort } from 'node:worker_threads';
import type { ReplicaChange } from './change.ts';
import type { GatewayEvent } from './event.ts';
import type { ListenOptions } from './listener-kind.ts';
import type { CommonMemory } from './mesh/common-counts.ts';
import type { StoredGatewayOptions } from './open-gateway.ts';
import type { PresentedPeer } from './presented-peer.ts';
import type { GatewayAnswer, GatewayQuestion } from './worker-questions.ts';

/** What a gateway worker is started with, as `workerData`. */
export type GatewayWorkerData = Pick<
  StoredGatewayOptions,
  | 'trustDomain'
  | 'limits'
  | 'proxies'
  | 'siteTopics'
  | 'access'
  | 'refusedPublish'
  | 'queueOverflow'
  | 'name'
  | 'version'
  | 'checksPayloadFormat'
  | 'storeDirectory'
  | 'worker'
> & {
  /** Whether the site judges passwords, and the methods of enhanced authentication that it has. */
  readonly asksPasswords?: boolean;
  readonly asksMethods?: readonly string[];
};

/** The way to another worker on the same port: memory for what is sent and what comes, and a port to wake it up. */
export interface WorkerWay {
  readonly port: MessagePort;
  readonly out: SharedArrayBuffer;
  readonly incoming: SharedArrayBuffer;
}

/** What goes to a gateway worker, in order. */
export type GatewayCommand =
  | { readonly kind: 'change'; readonly change: ReplicaChange }
  | { readonly kind: 'listen'; readonly request: number; readonly options: ListenOptions }
  /** A connection that another thread took: its bytes go through the port. */
  | { readonly kind: 'admit'; readonly port: MessagePort; readonly presented: PresentedPeer }
  | { readonly kind: 'join'; readonly request: number; readonly peer: number; readonly way: WorkerWay }
  | { readonly kind: 'share'; readonly common: CommonMemory }
  | { readonly kind: 'tickets'; readonly seed: Uint8Array }
  | { readonly kind: 'answer'; readonly question: number; readonly answer: GatewayAnswer }
  | { readonly kind: 'close'; readonly request: number };

/** What comes from it: events, answers to commands that want one, and questions that want one themselves. */
export type GatewayReport =
  | { readonly kind: 'events'; readonly events: readonly GatewayEvent[] }
  | { readonly kind: 'question'; readonly question: number; readonly asked: GatewayQuestion }
  /** Nobody waits for more of this exchange. */
  | { readonly kind: 'abandoned'; readonly exchange: number }
  | { readonly kind: 'done'; readonly request: number; readonly address: string; readonly port: number }
  | { readonly kind: 'failed'; readonly request: number; readonly code: string; readonly message: string };
