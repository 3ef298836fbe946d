import type { Will as WillPacket } from '@kiten/wire';
import { type Message, messageFrom } from './message.ts';

/** What is to be published should a client be lost. How long it lives counts from then (MQTT 5.0 §3.1.3.2.4). */
export interface Will {
  /** Without an expiry. */
  readonly message: Message;
  /** Seconds from the end of the connection. */
  readonly delay: number;
  /** Seconds from its publication. */
  readonly expiry: number | undefined;
}

/** A will until its delay is over. */
export interface WaitingWill {
  readonly clientId: string;
  readonly will: Will;
  /** Milliseconds since the Unix epoch. */
  readonly dueAt: number;
}

/** Copies a will out of the CONNECT it came in. */
export function willFrom(
  packet: WillPacket,
  origin: Pick<Parameters<typeof messageFrom>[1], 'publisher' | 'clientId'>,
): Will {
  const { willDelayInterval = 0, messageExpiryInterval } = packet.properties;
  const message = messageFrom(packet, { ...origin, now: 0, will: true });
  return {
    message: { ...message, expiresAt: undefined },
    delay: willDelayInterval,
    expiry: messageExpiryInterval,
  };
}

/** The message that is published at `now`. */
export function messageOf({ message, expiry }: Will, now: number): Message {
  return expiry === undefined ? message : { ...message, expiresAt: now + expiry * 1000 };
}

/** Wills of connections that are lost, until their delay is over (MQTT 5.0 §3.1.3.2.2). At most one a session. */
export class Wills {
  readonly #waiting = new Map<string, WaitingWill>();

  wait(clientId: string, will: Will, dueAt: number): void {
    this.#waiting.set(clientId, { clientId, will, dueAt });
  }

  /** The will that waits for a client. */
  of(clientId: string): WaitingWill | undefined {
    return this.#waiting.get(clientId);
  }

  /** The client is back in time [MQTT-3.1.3-9], or its session is gone with everything. */
  cancel(clientId: string): void {
    this.#waiting.delete(clientId);
  }

  /** Takes the will out, because its session ended before the delay. */
  take(clientId: string): Will | undefined {
    const waiting = this.#waiting.get(clientId);
    this.#waiting.delete(clientId);
    return waiting?.will;
  }

  /** Takes out those whose time has come. */
  due(now: number): WaitingWill[] {
    const due = [...this.#waiting.values()].filter(({ dueAt }) => dueAt <= now);
    for (const { clientId } of due) this.#waiting.delete(clientId);
    return due;
  }
}
