import { createHash } from 'node:crypto';
import { cpSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { type ManualClock, manualClock } from '@kiten/codec';
import { type Packet, reasonCodes } from '@kiten/wire';
import type { Gateway, GatewayOptions } from '../../src/index.ts';
import { gatewayUnderTest, meshTurns, workersUnderTest } from '../support/meshed-gateway.ts';
import { PacketStream } from '../support/packet-stream.ts';
import { StreamEnd } from '../support/stream-pair.ts';
import { WatchedStore } from '../support/watched-store.ts';
import type { Connection } from './connection.ts';
import { receive } from './receive.ts';
import { forgetOptional, missing } from './rest.ts';
import { Violation } from './violation.ts';
import type { World } from './world.ts';

/** Turns of the loop without a packet after which nothing moves any more. */
const idleTurns = 4;
/** Milliseconds that an answer which waits for the store may take, before it counts as missing. */
const storePatience = 2_000;
const nobody = { device: 'anyone', address: '127.0.0.1', serial: '', fingerprint: '', resumed: false };
const start = Date.UTC(2026, 0, 1);

/** The gateway under test, its clock, and the clients' ends of its connections. */
export class System {
  readonly clock: ManualClock = manualClock(start);
  readonly #faults: string[] = [];
  readonly #streams = new Map<Connection, { end: StreamEnd; packets: PacketStream }>();
  #gateway!: Gateway;
  #store!: WatchedStore;
  #directory: string | undefined;
  #copies = 0;
  readonly #workers: number;

  constructor(workers: number) {
    this.#workers = workers;
  }

  /** With a directory its sessions outlive it. */
  static async start(directory?: string, workers = workersUnderTest()): Promise<System> {
    const system = new System(workers);
    system.#directory = directory;
    await system.#open();
    return system;
  }

  get hasStore(): boolean {
    return this.#directory !== undefined;
  }

  /** Opens a connection and sends its first packets. */
  open(connection: Connection, ...packets: readonly Packet[]): void {
    const [end, other] = StreamEnd.pair();
    const stream = new PacketStream(end, connection.version);
    this.#streams.set(connection, { end, packets: stream });
    this.#gateway.accept(other, { ...nobody, port: connection.number });
    other.onFault = (fault) => this.#faults.push(String(fault));
    // As with a transport that reads into the same memory again and again.
    other.on('data', (chunk: Buffer) => chunk.fill(0xee));
    this.send(connection, ...packets);
  }

  /** Sends packets in one chunk. */
  send(connection: Connection, ...packets: readonly Packet[]): void {
    connection.lastSentAt = this.clock.now();
    this.#streams.get(connection)?.packets.send(...packets);
  }

  /** Ends a connection from the client's side, in one of the ways there are. */
  close(connection: Connection, how: 'end' | 'destroy' | 'reset'): void {
    this.#streams.get(connection)?.end[how]();
  }

  /** Lets time pass, and stops wherever something is due. */
  async pass(world: World, milliseconds: number): Promise<void> {
    const until = this.clock.now() + milliseconds;
    for (let at = world.broker.nextEventAt; at < until; at = world.broker.nextEventAt) {
      this.#advance(world, Math.max(at + 1, this.clock.now()));
      await this.settle(world);
    }
    this.#advance(world, until);
  }

  /**
   * Waits until nothing moves.
   *
   * @throws Violation if something came that may not, or something has not come that must
   */
  async settle(world: World): Promise<void> {
    await this.#rest(world);
    const deadline = performance.now() + (this.hasStore ? storePatience : 0);
    for (;;) {
      const found = missing(world.broker, world.connections) ?? this.#wrongEnd();
      if (found === undefined) break;
      if (performance.now() > deadline) throw found;
      await setTimeout(1);
      await this.#rest(world);
    }
    this.#forgetEnded(world);
    this.#checkGauges(world);
    forgetOptional(world.broker, this.hasStore);
    if (this.#faults.length > 0) throw new Error(this.#faults.join('\n'));
  }

  /**
   * Ends the gateway and opens it on what it has stored; in order, or as after a crash, on what is on the disk at that
   * moment.
   */
  async restart(world: World, isCrash: boolean): Promise<void> {
    if (isCrash) {
      await this.#rest(world);
      const image = await this.#image();
      for (const { end } of this.#streams.values()) end.reset();
      this.#streams.clear();
      await this.#gateway.close();
      await rm(this.#directory as string, { recursive: true });
      this.#directory = image;
    } else await this.#gateway.close();
    for (const { session } of world.connections) {
      if (session.connection === undefined) continue;
      const goodbye = isCrash ? {} : { goodbye: reasonCodes.serverShuttingDown };
      world.broker.disconnect(session.connection, { isInOrder: true, ...goodbye });
    }
    await this.#idle(world);
    await this.#open();
  }

  /** What is on the disk at this moment: the loop stands still, and what a thread has begun is complete or torn. */
  async #image(): Promise<string> {
    for (;;) {
      const image = `${this.#directory}-${++this.#copies}`;
      try {
        cpSync(this.#directory as string, image, { recursive: true });
        return image;
      } catch (error) {
        // The store was just clearing away what it needs no more.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        await rm(image, { recursive: true, force: true });
        await setTimeout(1);
      }
    }
  }

  async stop(): Promise<void> {
    await this.#gateway.close();
    for (const { end } of this.#streams.values()) end.destroy();
    if (this.#directory !== undefined) await rm(this.#directory, { recursive: true });
  }

  async #open(): Promise<void> {
    const options = this.#options();
    const directory = this.#directory;
    this.#store = new WatchedStore();
    const stored = { ...options, storeDirectory: directory };
    this.#gateway = await gatewayUnderTest(stored, this.#workers, this.#store.open);
    if (directory === undefined) return;
    // With the first that looks in it begins to serve, and to see what is due.
    const [end, other] = StreamEnd.pair();
    this.#gateway.accept(other, { ...nobody, port: 0 });
    end.destroy();
    this.#gateway.sweep();
  }

  #options(): GatewayOptions {
    let count = 0;
    return {
      trustDomain: 'open.invalid',
      access: 'open',
      clock: this.clock,
      random: (bytes) => createHash('sha512').update(`${count++}`).digest().subarray(0, bytes),
      emit: (event) => {
        if (event.kind === 'fault') this.#faults.push(event.message);
      },
      sweepInterval: 0,
      limits: { systemInterval: 0, sessionExpiry: 0xffff_ffff },
    };
  }

  #advance(world: World, at: number): void {
    this.clock.advance(at - this.clock.now());
    this.#gateway.sweep();
    world.broker.elapse(at);
  }

  /**
   * Waits until there is no packet, and nothing on its way to the disk or from there. What was written meanwhile may still be
   * on its way to another worker, and from there to a client.
   */
  async #rest(world: World): Promise<void> {
    let before: number;
    do {
      await this.#store.rested();
      before = this.#store.accepted;
      await this.#idle(world);
    } while (!this.#store.isAtRest || this.#store.accepted !== before);
  }

  async #idle(world: World): Promise<void> {
    const turns = this.#workers > 1 ? meshTurns : idleTurns;
    for (let idle = 0; idle < turns; idle++) {
      await new Promise((resolve) => setImmediate(resolve));
      for (const [connection, { packets }] of this.#streams) {
        for (const { packet, size } of packets.take()) {
          idle = 0;
          receive(world.broker, connection, packet, size);
        }
      }
    }
  }

  /** Connections that are over are closed by the broker too, and in version 5 with its reason. */
  #wrongEnd(): Violation | undefined {
    for (const [connection, { packets }] of this.#streams) {
      const { isOpen, goodbye, version } = connection;
      if (packets.isClosed === isOpen)
        return new Violation(connection, isOpen ? 'was closed' : 'was not closed');
      if (!isOpen && goodbye !== undefined && version === 5)
        return new Violation(connection, `went without a goodbye (${goodbye})`);
    }
    return undefined;
  }

  #forgetEnded(world: World): void {
    for (const connection of this.#streams.keys()) if (!connection.isOpen) this.#streams.delete(connection);
    world.connections = world.connections.filter(({ isOpen }) => isOpen);
  }

  /** What the gateway says that it holds is what there is: nothing is left behind. */
  #checkGauges({ broker }: World): void {
    const { sessions, connected, subscriptions, sharedSubscriptions } = this.#gateway.statistics();
    const held = [...broker.sessions.values()];
    const sum = (count: (session: (typeof held)[number]) => number): number =>
      held.reduce((total, session) => total + count(session), 0);
    const shared = sum(({ shares }) => shares.size);
    const expected = {
      sessions: held.length,
      connected: sum(({ connection }) => (connection === undefined ? 0 : 1)),
      subscriptions: sum(({ grants }) => grants.size) + shared,
      sharedSubscriptions: shared,
    };
    const found = { sessions, connected, subscriptions, sharedSubscriptions };
    if (JSON.stringify(found) !== JSON.stringify(expected))
      throw new Error(`the gateway holds ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
  }
}
