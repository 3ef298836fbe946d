import type { Socket } from 'node:net';
import { placeOf } from './evidence/place.ts';
import type { Limits } from './limits.ts';
import type { PlaceCounts } from './place-counts.ts';
import type { Rate } from './rate-limiter.ts';

/** Why a connection is not even shaken hands with. */
export interface GateRefusal {
  readonly code: 'gateway/too-many-handshakes' | 'gateway/too-many-half-open';
  readonly message: string;
}

/** One end of a connection, by which it is known before anybody knows whose it is. */
export interface RemoteEnd {
  readonly address: string;
  readonly port: number;
}

/** Of a connection that nobody relays. */
export function endOf({ remoteAddress = '', remotePort = 0 }: Socket): RemoteEnd {
  return { address: remoteAddress, port: remotePort };
}

/** Holds each address to so many handshakes a minute, and to so many connections that have not come to a session. */
export class HandshakeGate {
  readonly #limits: Limits;
  readonly #rate: Rate;
  /** The place of each connection that is half open, and how many each place has. */
  readonly #halfOpen = new Map<string, string>();
  readonly #counts: PlaceCounts;

  constructor(limits: Limits, rate: Rate, counts: PlaceCounts) {
    this.#limits = limits;
    this.#rate = rate;
    this.#counts = counts;
  }

  /** Lets a connection in, or says why not. */
  enter(end: RemoteEnd, now: number): GateRefusal | undefined {
    const place = placeOf(end.address)?.name ?? end.address;
    if (!this.#rate.allows(place, now)) {
      return { code: 'gateway/too-many-handshakes', message: 'The address connects too often.' };
    }
    // Counted first: several workers may count at the same time.
    this.#counts.add(place, 1);
    if (this.#counts.get(place) > this.#limits.halfOpenPerAddress) {
      this.#counts.add(place, -1);
      const message = 'The address has as many connections without a session as it may have.';
      return { code: 'gateway/too-many-half-open', message };
    }
    this.#halfOpen.set(keyOf(end), place);
    return undefined;
  }

  /** The connection came to a session, or to its end. */
  leave(end: RemoteEnd): void {
    const place = this.#halfOpen.get(keyOf(end));
    if (place === undefined) return;
    this.#halfOpen.delete(keyOf(end));
    this.#counts.add(place, -1);
  }

  sweep(now: number): void {
    this.#rate.sweep(now);
  }
}

function keyOf({ address, port }: RemoteEnd): string {
  return `${address} ${port}`;
}
