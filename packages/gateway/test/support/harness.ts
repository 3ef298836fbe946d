import { randomBytes } from 'node:crypto';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type ManualClock, manualClock } from '@kiten/codec';
import { defaultPolicies, type PolicySetJson } from '@kiten/policy';
import { parsePolicies } from '@kiten/policy/cedar';
import {
  type ClaimName,
  claimNames,
  type EnforcementMode,
  type Standing,
  type TrustVector,
} from '@kiten/trust';
import type { MqttVersion } from '@kiten/wire';
import {
  createGateway,
  type Gateway,
  type GatewayEvent,
  type GatewayOptions,
  type ReplicaDevice,
} from '../../src/index.ts';
import { gatewayUnderTest, workersUnderTest } from './meshed-gateway.ts';
import { RawClient } from './raw-client.ts';
import { WatchedStore } from './watched-store.ts';

export const trustDomain = 'plant-7.example';
export const start = Date.UTC(2026, 0, 1);
export const standardPolicies: PolicySetJson = parsePolicies(defaultPolicies);

export interface DeviceOptions {
  readonly groups?: readonly string[];
  readonly standing?: Standing;
  readonly vector?: Partial<Record<ClaimName, number>>;
  readonly overdue?: boolean;
  readonly mode?: EnforcementMode;
  readonly revokedSerials?: readonly string[];
  readonly previousSerials?: readonly string[];
}

export function device(id: string, options: DeviceOptions = {}): ReplicaDevice {
  const vector = Object.fromEntries(
    claimNames.map((name) => [name, options.vector?.[name] ?? 0]),
  ) as TrustVector;
  return {
    id,
    groups: [],
    standing: 'admitted',
    overdue: false,
    epoch: 1,
    revokedSerials: [],
    ...options,
    vector,
  };
}

/** A gateway on a clock that stands still, with clients that come in over sockets with the identity they claim. */
export class Harness {
  gateway: Gateway;
  readonly clock: ManualClock;
  readonly options: GatewayOptions;
  readonly events: GatewayEvent[] = [];
  readonly #server: Server;
  readonly #identities: { device: string; address: string; serial: string }[] = [];
  readonly #sockets: Socket[] = [];
  readonly #store = new WatchedStore();
  #sequence = 0;

  constructor(options: Partial<GatewayOptions> = {}, now = start) {
    this.clock = manualClock(now);
    this.options = {
      trustDomain,
      clock: this.clock,
      random: (bytes) => randomBytes(bytes),
      emit: (event) => this.events.push(event),
      sweepInterval: 0,
      ...options,
    };
    this.gateway = createGateway(this.options);
    this.#server = createServer({ noDelay: true }, (socket) => {
      const { device, address, serial } = this.#identities.shift() ?? { device: '', address: '', serial: '' };
      this.gateway.accept(socket, {
        device,
        address,
        port: socket.remotePort ?? 0,
        serial,
        fingerprint: '',
        resumed: false,
      });
    });
  }

  static async start(
    options: Partial<GatewayOptions> = {},
    devices: readonly ReplicaDevice[] = fleet,
  ): Promise<Harness> {
    const harness = new Harness(options);
    if (workersUnderTest() > 1) {
      await harness.gateway.close();
      harness.gateway = await gatewayUnderTest(harness.options);
    }
    await harness.#begin(devices);
    return harness;
  }

  /** With a store in that directory. */
  static async open(
    storeDirectory: string,
    options: Partial<GatewayOptions> & { readonly now?: number } = {},
    devices: readonly ReplicaDevice[] = fleet,
  ): Promise<Harness> {
    const { now, ...others } = options;
    const harness = new Harness(others, now);
    const { open } = harness.#store;
    harness.gateway = await gatewayUnderTest(
      { ...harness.options, storeDirectory },
      workersUnderTest(),
      open,
    );
    await harness.#begin(devices);
    return harness;
  }

  async #begin(devices: readonly ReplicaDevice[]): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.beat();
    this.gateway.apply({ sequence: this.next(), kind: 'policies', policies: standardPolicies });
    for (const each of devices) this.set(each);
    this.events.length = 0;
  }

  next(): number {
    return ++this.#sequence;
  }

  /** Resolves when nothing is on its way to the store or from it. */
  async rested(): Promise<void> {
    do await this.#store.rested();
    while (!this.#store.isAtRest);
  }

  /** The replica is complete up to now. */
  beat(): void {
    this.gateway.apply({ sequence: this.next(), kind: 'heartbeat', at: this.clock.now() });
  }

  set(each: ReplicaDevice): void {
    this.gateway.apply({ sequence: this.next(), kind: 'device', device: each });
  }

  /** Lets time pass, with the site in touch. */
  pass(milliseconds: number): void {
    this.clock.advance(milliseconds);
    this.beat();
    this.gateway.sweep();
  }

  async socket(
    id: string,
    options: { version?: MqttVersion; address?: string; serial?: string } = {},
  ): Promise<RawClient> {
    this.#identities.push({
      device: id,
      address: options.address ?? '192.0.2.1',
      serial: options.serial ?? '01',
    });
    const client = await RawClient.open((this.#server.address() as AddressInfo).port, options.version ?? 5);
    this.#sockets.push(client.socket);
    return client;
  }

  /** A client that is connected under its device's id, or the given one. */
  async client(id: string, options: ClientOptions = {}): Promise<RawClient> {
    const { version, address, serial, clientId, ...connect } = options;
    const client = await this.socket(id, {
      ...(version === undefined ? {} : { version }),
      ...(address === undefined ? {} : { address }),
      ...(serial === undefined ? {} : { serial }),
    });
    await client.connect(clientId ?? id, connect);
    return client;
  }

  of<Kind extends GatewayEvent['kind']>(kind: Kind): Extract<GatewayEvent, { kind: Kind }>[] {
    return this.events.filter((event) => event.kind === kind) as Extract<GatewayEvent, { kind: Kind }>[];
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await this.gateway.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export type ClientOptions = {
  version?: MqttVersion;
  address?: string;
  serial?: string;
  clientId?: string;
} & NonNullable<Parameters<RawClient['connect']>[1]>;

/** pump-1 and pump-2 are plain devices, panel commands and reads, screen reads. */
export const fleet: readonly ReplicaDevice[] = [
  device('pump-1'),
  device('pump-2'),
  device('panel', { groups: ['controllers'] }),
  device('screen', { groups: ['observers'] }),
];

/** Waits until something holds, bounded by far more than it takes on a machine with much else to do. */
export async function eventually(holds: () => boolean, what = 'condition'): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`${what} did not come to hold`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
