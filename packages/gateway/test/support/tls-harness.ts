import { randomBytes } from 'node:crypto';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { type ManualClock, manualClock } from '@kiten/codec';
import {
  createGateway,
  type Gateway,
  type GatewayEvent,
  type GatewayOptions,
  type ListenerKind,
  type TlsMaterial,
} from '../../src/index.ts';
import { Authority, type Identity } from './authority.ts';
import { type DeviceOptions, device, standardPolicies, trustDomain } from './harness.ts';
import { RawClient } from './raw-client.ts';

/** The event that can be of that kind: one member of the union may be of several. */
type EventOf<Kind> = GatewayEvent extends infer Event
  ? Event extends { kind: infer Kinds }
    ? Kind extends Kinds
      ? Event
      : never
    : never
  : never;

/** With the address to connect from. */
export type TlsClientOptions = ConnectionOptions & { readonly localAddress?: string };

/** A gateway with TLS on one port, on a clock that moves only when it is told to. */
export class TlsHarness {
  readonly authority = new Authority();
  readonly server: Identity = this.authority.server();
  readonly clock: ManualClock = manualClock(Date.now());
  readonly events: GatewayEvent[] = [];
  readonly gateway: Gateway;
  port = 0;
  readonly #sockets: { destroy(): unknown }[] = [];
  #sequence = 0;

  constructor(options: Partial<GatewayOptions> = {}) {
    this.gateway = createGateway({
      trustDomain,
      clock: this.clock,
      random: (bytes) => randomBytes(bytes),
      emit: (event) => this.events.push(event),
      sweepInterval: 0,
      ...options,
      limits: { closeTimeout: 200, ...options.limits },
    });
  }

  static async start(kind: ListenerKind = 'tls', options: Partial<GatewayOptions> = {}): Promise<TlsHarness> {
    const harness = new TlsHarness(options);
    harness.pass(0);
    harness.gateway.apply({ sequence: harness.next(), kind: 'policies', policies: standardPolicies });
    harness.set('pump-1');
    harness.tls(harness.authority.tls(harness.server));
    ({ port: harness.port } = await harness.gateway.listen({ kind, host: '127.0.0.1', port: 0 }));
    return harness;
  }

  next(): number {
    return ++this.#sequence;
  }

  set(id: string, options: DeviceOptions = {}): void {
    this.gateway.apply({ sequence: this.next(), kind: 'device', device: device(id, options) });
  }

  tls(tls: TlsMaterial): void {
    this.gateway.apply({ sequence: this.next(), kind: 'tls', tls });
  }

  pass(milliseconds: number): void {
    this.clock.advance(milliseconds);
    this.gateway.apply({ sequence: this.next(), kind: 'heartbeat', at: this.clock.now() });
    this.gateway.sweep();
  }

  open(identity: Identity | undefined, options: TlsClientOptions = {}): Promise<TLSSocket> {
    const socket = connectTls({
      host: '127.0.0.1',
      port: this.port,
      ca: this.authority.certificate,
      ...(identity === undefined ? {} : { cert: identity.certificate, key: identity.key }),
      ...options,
    });
    this.#sockets.push(socket);
    return new Promise((resolve, reject) => {
      socket.once('secureConnect', () => resolve(socket));
      socket.once('error', reject);
    });
  }

  async client(identity: Identity, options: TlsClientOptions = {}, clientId = 'pump-1'): Promise<RawClient> {
    const client = new RawClient(await this.open(identity, options), 5);
    await client.connect(clientId);
    return client;
  }

  of<Kind extends GatewayEvent['kind']>(kind: Kind): EventOf<Kind>[] {
    return this.events.filter((event) => event.kind === kind) as EventOf<Kind>[];
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await this.gateway.close();
  }
}
