import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KitenError } from '@kiten/codec';
import { noProperties } from '@kiten/wire';
import { DeviceRecord } from '../../src/device-record.ts';
import type { Message } from '../../src/message.ts';
import type { DiskStore } from '../../src/persistence/disk-store.ts';
import { type OpenedStore, openDiskStore } from '../../src/persistence/open-disk-store.ts';
import type { StoredSubscription } from '../../src/persistence/replay.ts';
import type { StoredWill } from '../../src/persistence/state-records.ts';
import type { Queued } from '../../src/queued.ts';
import { Session } from '../../src/session.ts';
import { subscriptionOf } from '../../src/subscriptions.ts';

/** A store on a directory with the sessions that it keeps, and nothing else of a gateway. */
export class StoreFixture {
  readonly directory: string;
  readonly sessions = new Map<string, Session>();
  readonly retained = new Map<string, Message>();
  readonly wills = new Map<string, StoredWill>();
  readonly errors: KitenError[] = [];
  readonly lost: Queued[] = [];
  now = 1_000_000;
  readonly opened: OpenedStore;
  readonly store: DiskStore;
  readonly #devices = new Map<string, DeviceRecord>();

  private constructor(directory: string, opened: OpenedStore) {
    this.directory = directory;
    this.opened = opened;
    this.store = opened.attach({
      now: () => this.now,
      place: (session, queued) => session.backlog.push(queued, false),
      publisherOf: (id) => this.device(id),
      willOf: ({ clientId }) => this.wills.get(clientId),
      sessions: () => this.sessions.values(),
      retained: () => this.retained.values(),
      committed: () => undefined,
      lost: (session, queued) => {
        session.backlog.remove(queued);
        this.lost.push(queued);
      },
      failed: (error) => this.errors.push(error),
    }) as DiskStore;
  }

  /** Opens the store and puts back what it holds. */
  static async open(directory: string, segmentBytes = 4096): Promise<StoreFixture> {
    const fixture = new StoreFixture(directory, await openDiskStore({ directory, segmentBytes }));
    fixture.#restore();
    return fixture;
  }

  device(id: string): DeviceRecord {
    const device = this.#devices.get(id) ?? new DeviceRecord(id);
    this.#devices.set(id, device);
    return device;
  }

  message(topic: string, payload: string, fields: Partial<Message> = {}): Message {
    return {
      topic,
      payload: Buffer.from(payload),
      qos: 1,
      retain: false,
      will: false,
      properties: noProperties,
      publisher: this.device('sender'),
      clientId: 'sender/1',
      expiresAt: undefined,
      ...fields,
    };
  }

  /** A session of that client that is kept, and has no connection. */
  session(clientId: string, expiresAt = 5_000_000): Session {
    const session = new Session(clientId, this.device(clientId), 100);
    session.expiry = 600;
    session.expiresAt = expiresAt;
    this.sessions.set(clientId, session);
    session.kept = this.store.keep(session);
    return session;
  }

  end(session: Session): void {
    this.sessions.delete(session.clientId);
    session.kept?.ended();
    session.kept = undefined;
  }

  subscribe(session: Session, stored: StoredSubscription): void {
    const subscription = subscriptionOf(session, stored, stored.identifier);
    session.subscriptions.set(subscription.filter, subscription);
    session.kept?.subscribed(subscription);
  }

  unsubscribe(session: Session, filter: string): void {
    if (session.subscriptions.delete(filter)) session.kept?.unsubscribed(filter);
  }

  /** Brings a message to some sessions. */
  publish(message: Message, qos: 1 | 2, sessions: readonly Session[]): void {
    for (const session of sessions) {
      const identifiers = qos === 2 ? [7] : undefined;
      this.store.offer(session, { message, qos, retain: false, identifiers, note: undefined });
    }
    this.store.settle();
  }

  /** Sends what waits first; returns its packet identifier, or 0 if nothing waits. */
  async send(session: Session): Promise<number> {
    await this.load(session);
    const queued = session.backlog.shift();
    if (queued === undefined) return 0;
    queued.packetId = session.window.take(queued.delivery?.qos === 2 ? 'pubrec' : 'puback', queued);
    session.kept?.sent(queued);
    return queued.packetId;
  }

  /** Brings the first that waits to memory, if there is one. */
  readonly load = async (session: Session): Promise<void> => {
    while (session.queued > 0 && session.backlog.first?.delivery === undefined) {
      // As if it were connected, so that what was read stays.
      session.connection = {} as Session['connection'];
      await new Promise<void>((resolve) => this.store.refill(session, resolve));
      session.connection = undefined;
    }
  };

  /** Resolves when all that was handed over is on the disk. */
  flush(): Promise<void> {
    return this.store.flushed();
  }

  async close(): Promise<void> {
    await this.store.close();
  }

  #restore(): void {
    for (const recovered of this.opened.recovered.sessions.values()) {
      const { stored, underWay, bytes } = recovered;
      const session = new Session(stored.clientId, this.device(stored.device), 100);
      session.expiry = stored.expiry;
      session.expiresAt = stored.expiresAt;
      this.sessions.set(stored.clientId, session);
      for (const packetId of stored.unreleased) session.unreleased.add(packetId);
      for (const [id, { awaits, sequence }] of stored.inFlight) {
        const found = underWay.get(sequence);
        const queued =
          found === undefined ? undefined : { sequence, ...found, delivery: undefined, packetId: id };
        session.window.restore({ id, awaits, queued });
      }
      session.kept = this.opened.resume(recovered, session);
      session.backlog.found(bytes);
      for (const granted of stored.subscriptions.values()) {
        const subscription = subscriptionOf(session, granted, granted.identifier);
        session.subscriptions.set(granted.filter, subscription);
      }
      const will = stored.will?.will((id) => this.device(id));
      if (will !== undefined) this.wills.set(stored.clientId, will);
    }
    for (const content of this.opened.recovered.retained) {
      const message = content.message((id) => this.device(id));
      this.retained.set(message.topic, message);
    }
  }
}

/** What a session holds, as plain values. */
export interface Held {
  expiresAt: number;
  unreleased: number[];
  subscriptions: string[];
  /** Packet identifiers in use and what they wait for, the oldest first. */
  inFlight: [id: number, awaits: string][];
  /** Quality of service and payload of what is to be sent again and of what waits, in order. */
  waiting: string[];
  will: string | undefined;
}

/** What a store holds: all is read back and taken out, so that the fixture is good for nothing else afterwards. */
export async function contents({ sessions, retained, wills, load }: StoreFixture): Promise<{
  sessions: Record<string, Held>;
  retained: Record<string, string>;
}> {
  const held: Record<string, Held> = {};
  for (const session of sessions.values()) {
    const { clientId, expiresAt, unreleased, subscriptions, window } = session;
    held[clientId] = {
      expiresAt,
      unreleased: [...unreleased].sort((one, other) => one - other),
      subscriptions: [...subscriptions.values()].map(described).sort(),
      inFlight: window.entries().map(({ id, awaits }) => [id, awaits]),
      waiting: [],
      will: wills.get(clientId)?.message.payload.toString(),
    };
    session.resume();
    for (;;) {
      await load(session);
      const queued = session.backlog.shift();
      if (queued === undefined) break;
      held[clientId].waiting.push(`${queued.delivery?.qos} ${queued.delivery?.message.payload}`);
    }
  }
  return {
    sessions: held,
    retained: Object.fromEntries(
      [...retained.values()].map(({ topic, payload }) => [topic, String(payload)]),
    ),
  };
}

export function described({
  filter,
  qos,
  noLocal,
  retainAsPublished,
  identifier,
}: StoredSubscription): string {
  return [filter, qos, noLocal, retainAsPublished, identifier].join(' ');
}

/** In memory where the system offers that: what is tested does not depend on how fast the disk is. */
export function temporaryDirectory(): Promise<string> {
  const memory = '/dev/shm';
  return mkdtemp(join(existsSync(memory) ? memory : tmpdir(), 'kiten-store-'));
}

export function remove(directory: string): Promise<void> {
  return rm(directory, { recursive: true, force: true });
}
