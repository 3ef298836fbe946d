import type { Message } from './message.ts';

export interface WaitingWill {
  readonly clientId: string;
  readonly message: Message;
  /** Milliseconds since the Unix epoch. */
  readonly dueAt: number;
}

/** Wills of connections that are lost, until their delay is over (MQTT 5.0 §3.1.3.2.2). At most one a session. */
export class Wills {
  readonly #waiting = new Map<string, WaitingWill>();

  wait(clientId: string, message: Message, dueAt: number): void {
    this.#waiting.set(clientId, { clientId, message, dueAt });
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
  take(clientId: string): Message | undefined {
    const waiting = this.#waiting.get(clientId);
    this.#waiting.delete(clientId);
    return waiting?.message;
  }

  /** Takes out those whose time has come. */
  due(now: number): WaitingWill[] {
    const due = [...this.#waiting.values()].filter(({ dueAt }) => dueAt <= now);
    for (const { clientId } of due) this.#waiting.delete(clientId);
    return due;
  }
}
