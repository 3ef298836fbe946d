import type { Message } from './message.ts';

interface WaitingWill {
  readonly message: Message;
  readonly dueAt: number;
}

/** Wills of connections that are lost, until their delay is over (MQTT 5.0 §3.1.3.2.2). At most one a session. */
export class Wills {
  readonly #waiting = new Map<string, WaitingWill>();

  wait(clientId: string, message: Message, dueAt: number): void {
    this.#waiting.set(clientId, { message, dueAt });
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
  due(now: number): Message[] {
    const due: Message[] = [];
    for (const [clientId, { message, dueAt }] of this.#waiting) {
      if (dueAt > now) continue;
      this.#waiting.delete(clientId);
      due.push(message);
    }
    return due;
  }
}
