import type { MqttVersion } from '@kiten/wire';
import { Backlog } from './backlog.ts';
import type { Connection } from './connection.ts';
import type { DeviceRecord } from './device-record.ts';
import { type AwaitedPacket, InFlightWindow } from './in-flight-window.ts';
import type { Link } from './mesh/link.ts';
import type { Delivery } from './message.ts';
import type { KeptSession } from './persistence/store.ts';
import type { Queued } from './queued.ts';
import type { Subscription } from './subscriptions.ts';

/**
 * The state of one client that outlives its connections (MQTT 5.0 §4.1): what it subscribed to, what was sent and
 * not acknowledged, what waits.
 */
export class Session {
  readonly clientId: string;
  readonly device: DeviceRecord;
  /** The way to another worker, if this stands for the members of groups that it has. */
  readonly link: Link | undefined;
  connection: Connection | undefined;
  /** How its client spoke last; of one that was read from the disk that is not known. */
  version: MqttVersion | undefined;
  /** Seconds it lives on without a connection; 0: it ends with it. */
  expiry = 0;
  /** When it ends by itself, in milliseconds since the Unix epoch; set while there is no connection. */
  expiresAt = Number.POSITIVE_INFINITY;
  readonly subscriptions = new Map<string, Subscription>();
  /** Whether it was ever a member of a group, so that messages of the group may be here. */
  isSharing = false;
  /** It has ended, and what it has of a group goes to others before it is forgotten. */
  isDeparting = false;
  readonly window: InFlightWindow;
  readonly backlog = new Backlog();
  /** Entries of the backlog that stand for retained messages. */
  readonly replays = new Set<Queued>();
  /** Identifiers of QoS 2 messages that the client has sent and not released. */
  readonly unreleased = new Set<number>();
  #kept: KeptSession | undefined;

  constructor(clientId: string, device: DeviceRecord, inFlight: number, link?: Link) {
    this.clientId = clientId;
    this.device = device;
    this.link = link;
    this.window = new InFlightWindow(inFlight);
  }

  /** Where it is written down, if it is. */
  get kept(): KeptSession | undefined {
    return this.#kept;
  }

  set kept(kept: KeptSession | undefined) {
    this.#kept = kept;
    this.backlog.rest = kept?.rest;
  }

  /** Whether messages are to be kept for it while it is away. */
  get isPersistent(): boolean {
    return this.expiry > 0;
  }

  get queued(): number {
    return this.backlog.size;
  }

  get queuedBytes(): number {
    return this.backlog.bytes;
  }

  /** The client has acknowledged a message. Says whether that identifier was in use and waited for that packet. */
  acknowledged(packetId: number, awaited: AwaitedPacket): boolean {
    const queued = this.window.queuedAt(packetId);
    if (!this.window.release(packetId, awaited)) return false;
    if (queued !== undefined) this.kept?.done(queued);
    else if (awaited === 'pubcomp') this.kept?.completed(packetId);
    return true;
  }

  /** The client has a QoS 2 message that waited for it. */
  received(packetId: number): void {
    const queued = this.window.queuedAt(packetId);
    this.window.received(packetId);
    if (queued !== undefined) this.kept?.received(queued, packetId);
  }

  /** What is in flight and may have to be sent again, in order; it goes in front of what waits. */
  resume(): void {
    const resent: Queued[] = [];
    for (const { id, awaits, queued } of this.window.entries()) {
      if (awaits === 'pubcomp' || queued === undefined) continue;
      queued.packetId = id;
      resent.push(queued);
    }
    this.backlog.putBack(resent);
  }

  /** The same of what others may be sent: QoS 1, since QoS 2 that was begun ends with its session [MQTT-4.8.2-5]. */
  giveBack(): void {
    const unacknowledged: Queued[] = [];
    for (const { id, awaits, queued } of this.window.entries()) {
      if (awaits !== 'puback' || queued === undefined) continue;
      queued.packetId = id;
      unacknowledged.push(queued);
    }
    this.backlog.putBack(unacknowledged);
  }

  /** The connection is over; what it left unfinished waits for the next one. */
  pause(): void {
    this.backlog.leave();
    this.window.pause();
    if (this.kept === undefined) return;
    for (const { queued } of this.window.entries()) if (queued !== undefined) queued.delivery = undefined;
  }

  /** Takes what the test says out of the queue; it is asked about each that waits in memory alone, the oldest first. */
  withdraw(unwanted: (delivery: Delivery) => boolean): void {
    this.backlog.withdraw(({ delivery }) => delivery !== undefined && unwanted(delivery));
  }

  /** Drops what waits and what is in flight, in both directions; subscriptions stay. */
  discardMessages(): void {
    this.kept?.discarded();
    this.backlog.clear();
    this.replays.clear();
    this.backlog.rest = this.kept?.rest;
    this.window.clear();
    this.unreleased.clear();
  }
}
