import type { Connection } from './connection.ts';
import type { DeviceRecord } from './device-record.ts';
import { InFlightWindow } from './in-flight-window.ts';
import type { Delivery } from './message.ts';
import type { Subscription } from './subscriptions.ts';

/**
 * The state of one client that outlives its connections (MQTT 5.0 §4.1): what it subscribed to, what was sent and
 * not acknowledged, what waits.
 */
export class Session {
  readonly clientId: string;
  readonly device: DeviceRecord;
  connection: Connection | undefined;
  /** Seconds it lives on without a connection; 0: it ends with it. */
  expiry = 0;
  /** When it ends by itself, in milliseconds since the Unix epoch; set while there is no connection. */
  expiresAt = Number.POSITIVE_INFINITY;
  readonly subscriptions = new Map<string, Subscription>();
  /** Whether it was ever a member of a group, so that messages of the group may be here. */
  isSharing = false;
  readonly window: InFlightWindow;
  /** Identifiers of QoS 2 messages that the client has sent and not released. */
  readonly unreleased = new Set<number>();
  #queue: Delivery[] = [];
  #head = 0;
  #queuedBytes = 0;

  constructor(clientId: string, device: DeviceRecord, inFlight: number) {
    this.clientId = clientId;
    this.device = device;
    this.window = new InFlightWindow(inFlight);
  }

  /** Whether messages are to be kept for it while it is away. */
  get isPersistent(): boolean {
    return this.expiry > 0;
  }

  get queued(): number {
    return this.#queue.length - this.#head;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  enqueue(delivery: Delivery): void {
    this.#queue.push(delivery);
    this.#queuedBytes += delivery.message.payload.length;
  }

  /** The oldest that waits. */
  dequeue(): Delivery | undefined {
    const delivery = this.#queue[this.#head];
    if (delivery === undefined) return undefined;
    this.#head++;
    this.#queuedBytes -= delivery.message.payload.length;
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
    } else if (this.#head >= 1024) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return delivery;
  }

  /** Takes what the test says out of the queue; it is asked about each that waits, the oldest first. */
  withdraw(unwanted: (delivery: Delivery) => boolean): void {
    const kept = this.#queue.slice(this.#head).filter((delivery) => !unwanted(delivery));
    this.#queue = kept;
    this.#head = 0;
    this.#queuedBytes = kept.reduce((sum, { message }) => sum + message.payload.length, 0);
  }

  /** Drops what waits and what is in flight, in both directions; subscriptions stay. */
  discardMessages(): void {
    this.#queue = [];
    this.#head = 0;
    this.#queuedBytes = 0;
    this.window.clear();
    this.unreleased.clear();
  }
}
