import type { OverlapEnd } from '../evidence/session-overlap.ts';
import type { Statistics } from '../statistics.ts';

/** Who publishes what follows under that number. */
export interface OriginMessage {
  readonly kind: 'origin';
  readonly origin: number;
  readonly device: string;
  readonly clientId: string;
  readonly version: 4 | 5;
}

/** A connection that is carried to the keeper: what its worker found out about it. */
export interface CarriedPeer {
  readonly device: string;
  readonly address: string;
  readonly port: number;
  readonly serial: string;
  readonly fingerprint: string;
  readonly validUntil?: number;
  readonly admission?: 'certificate' | 'password' | 'none';
  readonly resumed: boolean;
  /** The certificate, DER in base64. */
  readonly der?: string;
}

/** The JSON of a control frame. Both ends are workers of the same gateway, and of the same version of it. */
export type LinkMessage =
  /** The first: whether the sender has a store, whose word a publisher may have to wait for. */
  | { readonly kind: 'hello'; readonly keeps: boolean }
  /** The sender has told everything that it had when the link began. */
  | { readonly kind: 'synced' }
  /** Whether the sender has subscribers for a pattern, and some that are kept. Each change has the next number. */
  | {
      readonly kind: 'interest';
      readonly number: number;
      readonly pattern: string;
      readonly has: boolean;
      readonly kept: boolean;
    }
  /** How many members the sender has in a group, and whether one of them is connected. */
  | {
      readonly kind: 'group';
      readonly number: number;
      readonly filter: string;
      readonly members: number;
      readonly ready: boolean;
      readonly kept: boolean;
    }
  /** The interests up to that number are known here. */
  | { readonly kind: 'noted'; readonly number: number }
  | OriginMessage
  | { readonly kind: 'origin-gone'; readonly origin: number }
  /** What came under that ticket is where it outlives the process; or there is no room for it. */
  | { readonly kind: 'done'; readonly ticket: number; readonly taken: boolean }
  /** To the keeper: a client wants to be served under that id. And what becomes of it. */
  | {
      readonly kind: 'claim';
      readonly claim: number;
      readonly clientId: string;
      readonly device: string;
      readonly end: OverlapEnd;
    }
  | { readonly kind: 'granted'; readonly claim: number }
  | { readonly kind: 'denied'; readonly claim: number; readonly code: DenialOfClaim }
  /** From the keeper: the client under that claim gives way to another one. And that it has. */
  | { readonly kind: 'drop'; readonly clientId: string; readonly claim: number; readonly by: OverlapEnd }
  | { readonly kind: 'dropped'; readonly clientId: string; readonly claim: number }
  /** From the keeper: another worker has let a connection of the device in. */
  | { readonly kind: 'opened'; readonly device: string; readonly end: OverlapEnd }
  /** To the keeper: the session under that claim is over. */
  | { readonly kind: 'left'; readonly clientId: string; readonly claim: number }
  /** To the keeper, when a link begins: clients that are served here. */
  | {
      readonly kind: 'held';
      readonly clientId: string;
      readonly device: string;
      readonly claim: number;
      readonly end: OverlapEnd;
    }
  | { readonly kind: 'carry'; readonly stream: number; readonly peer: CarriedPeer }
  | { readonly kind: 'carried-taken'; readonly stream: number; readonly count: number }
  | { readonly kind: 'carried-end'; readonly stream: number }
  | { readonly kind: 'carried-gone'; readonly stream: number }
  /** To the keeper, which tells what all of them count; and what it tells. */
  | { readonly kind: 'counted'; readonly statistics: Statistics }
  | { readonly kind: 'system'; readonly topics: readonly (readonly [topic: string, text: string])[] };

export type DenialOfClaim = 'too-many-sessions' | 'too-many-connections' | 'connects-too-often';

/** The JSON head of a message frame. */
export interface MessageHead {
  readonly device: string;
  readonly clientId: string;
  readonly will?: true;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt?: number;
  /** It is retained, as the latest with that stamp or a lower one. */
  readonly stamp?: number;
  /** Only to be kept, not to be delivered. */
  readonly isOld?: true;
  /** The filter of the group that it is for alone, and how often it was passed on. */
  readonly group?: string;
  readonly hops?: number;
  /** Under which its sender waits for the store. */
  readonly ticket?: number;
}
