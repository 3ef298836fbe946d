import type { Delivery } from './message.ts';

/** What a message that was sent with QoS 1 or 2 waits for. */
export type AwaitedPacket = 'puback' | 'pubrec' | 'pubcomp';

/** A message that was sent and not acknowledged; without the delivery once only PUBREL is left of it. */
export interface InFlight {
  readonly id: number;
  readonly awaits: AwaitedPacket;
  readonly delivery: Delivery | undefined;
}

const states = ['puback', 'pubrec', 'pubcomp'] as const;
const free = 0;

/**
 * The packet identifiers in use towards one client. An identifier sits in the slot of its low bits; there are never
 * fewer slots than messages in flight, so a free one is always near, and taking and releasing one is a few loads.
 */
export class InFlightWindow {
  #limit: number;
  #ids = new Uint16Array(16);
  #states = new Uint8Array(16);
  #kept: (Delivery | undefined)[] = [];
  #last = 0;
  #size = 0;

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
    return this.#size >= this.#limit;
  }

  /** Takes an identifier, or 0 if the window is full. `delivery` is kept if it may have to be sent again. */
  take(awaits: AwaitedPacket, delivery: Delivery | undefined): number {
    if (this.#size >= this.#limit) return 0;
    if (this.#size === this.#ids.length) this.#grow();
    const mask = this.#ids.length - 1;
    let id = this.#last;
    do id = id === 65_535 ? 1 : id + 1;
    while (this.#ids[id & mask] !== free);
    const slot = id & mask;
    this.#ids[slot] = id;
    this.#states[slot] = states.indexOf(awaits);
    if (delivery !== undefined) this.#kept[slot] = delivery;
    this.#last = id;
    this.#size++;
    return id;
  }

  awaits(id: number): AwaitedPacket | undefined {
    const slot = id & (this.#ids.length - 1);
    return id !== free && this.#ids[slot] === id ? states[this.#states[slot] as number] : undefined;
  }

  /** The client has the message: what is left is to release its identifier (QoS 2) [MQTT-4.3.3-5]. */
  received(id: number): void {
    const slot = id & (this.#ids.length - 1);
    this.#states[slot] = states.indexOf('pubcomp');
    this.#kept[slot] = undefined;
  }

  /** Says whether that identifier was in use and waited for that packet. */
  release(id: number, awaited: AwaitedPacket): boolean {
    const slot = id & (this.#ids.length - 1);
    if (id === free || this.#ids[slot] !== id || states[this.#states[slot] as number] !== awaited)
      return false;
    this.#ids[slot] = free;
    if (this.#kept[slot] !== undefined) this.#kept[slot] = undefined;
    this.#size--;
    return true;
  }

  /** What is in flight, oldest first. */
  entries(): InFlight[] {
    const found: InFlight[] = [];
    for (let slot = 0; slot < this.#ids.length; slot++) {
      const id = this.#ids[slot] as number;
      if (id === free) continue;
      found.push({
        id,
        awaits: states[this.#states[slot] as number] as AwaitedPacket,
        delivery: this.#kept[slot],
      });
    }
    const age = (id: number): number => (this.#last - id + 65_535) % 65_535;
    return found.sort((one, other) => age(other.id) - age(one.id));
  }

  clear(): void {
    this.#ids.fill(free);
    this.#kept = [];
    this.#size = 0;
  }

  #grow(): void {
    const before = { ids: this.#ids, states: this.#states, kept: this.#kept };
    const length = before.ids.length * 2;
    this.#ids = new Uint16Array(length);
    this.#states = new Uint8Array(length);
    this.#kept = [];
    for (let old = 0; old < before.ids.length; old++) {
      const id = before.ids[old] as number;
      const slot = id & (length - 1);
      this.#ids[slot] = id;
      this.#states[slot] = before.states[old] as number;
      if (before.kept[old] !== undefined) this.#kept[slot] = before.kept[old];
    }
  }
}
