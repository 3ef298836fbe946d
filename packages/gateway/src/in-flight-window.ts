import type { Queued } from './queued.ts';

/** What a message that was sent with QoS 1 or 2 waits for. */
export type AwaitedPacket = 'puback' | 'pubrec' | 'pubcomp';

/** A packet identifier in use; once only PUBREL is left of what was sent under it, nothing has to be sent again. */
export interface InFlight {
  readonly id: number;
  readonly awaits: AwaitedPacket;
  /** What may have to be sent again. */
  readonly queued: Queued | undefined;
}

const states = ['puback', 'pubrec', 'pubcomp'] as const;
const stateBits = 0x03;
/** Beside the state: sent under an earlier connection, and not again. */
const idle = 0x04;
const free = 0;

/**
 * The packet identifiers in use towards one client. An identifier sits in the slot of its low bits; there are never
 * fewer slots than messages in flight, so a free one is always near, and taking and releasing one is a few loads.
 */
export class InFlightWindow {
  #limit: number;
  #ids = new Uint16Array(16);
  #states = new Uint8Array(16);
  /** When each was taken, in takings. */
  #takings = new Float64Array(16);
  #kept: (Queued | undefined)[] = [];
  #last = 0;
  #taken = 0;
  #size = 0;
  /** In use from before this connection: they take none of its window until they are sent again. */
  #idle = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  /** The client's receive maximum may differ from connection to connection. */
  set limit(limit: number) {
    this.#limit = limit;
  }

  get limit(): number {
    return this.#limit;
  }

  get isFull(): boolean {
    return this.#size - this.#idle >= this.#limit || this.#size >= 65_535;
  }

  /** Takes an identifier, or 0 if the window is full. `queued` is kept if it may have to be sent again. */
  take(awaits: AwaitedPacket, queued: Queued | undefined): number {
    if (this.isFull) return 0;
    if (this.#size === this.#ids.length) this.#grow();
    const mask = this.#ids.length - 1;
    let id = this.#last;
    do id = id === 65_535 ? 1 : id + 1;
    while (this.#ids[id & mask] !== free);
    this.#put(id, states.indexOf(awaits), queued);
    return id;
  }

  /** Puts back what was in flight when the session was written down, the oldest first. */
  restore({ id, awaits, queued }: InFlight): void {
    if (this.#size === this.#ids.length) this.#grow();
    while (this.#ids[id & (this.#ids.length - 1)] !== free) this.#grow();
    this.#put(id, states.indexOf(awaits) | idle, queued);
    this.#idle++;
  }

  awaits(id: number): AwaitedPacket | undefined {
    const slot = id & (this.#ids.length - 1);
    return id !== free && this.#ids[slot] === id
      ? states[(this.#states[slot] as number) & stateBits]
      : undefined;
  }

  /** What was sent under an identifier in use. */
  queuedAt(id: number): Queued | undefined {
    return this.#kept[id & (this.#ids.length - 1)];
  }

  /** The client has the message: what is left is to release its identifier (QoS 2) [MQTT-4.3.3-5]. */
  received(id: number): void {
    const slot = id & (this.#ids.length - 1);
    this.#states[slot] = states.indexOf('pubcomp') | ((this.#states[slot] as number) & idle);
    this.#kept[slot] = undefined;
  }

  /** Says whether that identifier was in use and waited for that packet. */
  release(id: number, awaited: AwaitedPacket): boolean {
    const slot = id & (this.#ids.length - 1);
    const state = this.#states[slot] as number;
    if (id === free || this.#ids[slot] !== id || states[state & stateBits] !== awaited) return false;
    this.#ids[slot] = free;
    if (this.#kept[slot] !== undefined) this.#kept[slot] = undefined;
    this.#size--;
    if ((state & idle) !== 0) this.#idle--;
    return true;
  }

  /** The connection is over: what is in flight takes no room of the next one's window until it is sent again. */
  pause(): void {
    for (let slot = 0; slot < this.#ids.length; slot++) {
      if (this.#ids[slot] !== free) this.#states[slot] = (this.#states[slot] as number) | idle;
    }
    this.#idle = this.#size;
  }

  /** What was sent under this identifier is sent again. */
  resume(id: number): void {
    const slot = id & (this.#ids.length - 1);
    const state = this.#states[slot] as number;
    if (this.#ids[slot] !== id || (state & idle) === 0) return;
    this.#states[slot] = state & stateBits;
    this.#idle--;
  }

  /** What is in flight, oldest first. */
  entries(): InFlight[] {
    const slots: number[] = [];
    for (let slot = 0; slot < this.#ids.length; slot++) if (this.#ids[slot] !== free) slots.push(slot);
    slots.sort((one, other) => (this.#takings[one] as number) - (this.#takings[other] as number));
    return slots.map((slot) => ({
      id: this.#ids[slot] as number,
      awaits: states[(this.#states[slot] as number) & stateBits] as AwaitedPacket,
      queued: this.#kept[slot],
    }));
  }

  clear(): void {
    this.#ids.fill(free);
    this.#kept = [];
    this.#size = 0;
    this.#idle = 0;
  }

  #put(id: number, state: number, queued: Queued | undefined): void {
    const slot = id & (this.#ids.length - 1);
    this.#ids[slot] = id;
    this.#states[slot] = state;
    if (queued !== undefined) this.#kept[slot] = queued;
    this.#takings[slot] = this.#taken++;
    this.#last = id;
    this.#size++;
  }

  #grow(): void {
    const before = { ids: this.#ids, states: this.#states, takings: this.#takings, kept: this.#kept };
    const length = before.ids.length * 2;
    this.#ids = new Uint16Array(length);
    this.#states = new Uint8Array(length);
    this.#takings = new Float64Array(length);
    this.#kept = [];
    for (let old = 0; old < before.ids.length; old++) {
      const id = before.ids[old] as number;
      if (id === free) continue;
      const slot = id & (length - 1);
      this.#ids[slot] = id;
      this.#states[slot] = before.states[old] as number;
      this.#takings[slot] = before.takings[old] as number;
      if (before.kept[old] !== undefined) this.#kept[slot] = before.kept[old];
    }
  }
}
