import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Clock, KitenError } from '@kiten/codec';
import { reasonCodes } from '@kiten/wire';
import { registerRefusal } from './admission.ts';
import type { Authenticator, PasswordVerifier } from './authenticator.ts';
import type { ReplicaChange, TlsMaterial } from './change.ts';
import { Connection } from './connection.ts';
import { Core } from './core.ts';
import { applyChange } from './enforce.ts';
import type { EmitEvent } from './event.ts';
import { defaultLimits, type Limits, limitsFrom } from './limits.ts';
import type { Peer } from './peer.ts';
import type { Statistics } from './statistics.ts';
import { sweep } from './sweep.ts';
import { TlsListener } from './tls-listener.ts';

export interface GatewayOptions {
  /** The site's trust domain, `plant-7.example`. */
  readonly trustDomain: string;
  readonly clock: Clock;
  /** So many random bytes, unpredictable: for client ids and session tickets. */
  readonly random: (bytes: number) => Uint8Array;
  /** Takes what the gateway tells; must not throw. Called within `apply` and while packets are handled. */
  readonly emit: EmitEvent;
  readonly limits?: Partial<Limits>;
  /** `open` has no register and no policy: for loopback, conformance tests and comparisons. Default `governed`. */
  readonly access?: 'governed' | 'open';
  /** What becomes of a 3.1.1 client whose publication was refused. Default `drop`. */
  readonly refusedPublish?: 'drop' | 'close';
  /** Stands in the way that evidence came. Default `gateway`. */
  readonly name?: string;
  /** Methods of enhanced authentication that clients of version 5 may use. Default none. */
  readonly authenticators?: readonly Authenticator[];
  /** Judges passwords on ports of the kind `password`. */
  readonly verifyPassword?: PasswordVerifier;
  /**
   * Called now and then while much arrives, between chunks: it may call `apply` for changes that wait outside, so that
   * a fall need not wait for a long turn of the loop to end.
   */
  readonly poll?: () => void;
  /** Milliseconds between looks at what is due; 0: the caller calls `sweep`. Default 250. */
  readonly sweepInterval?: number;
}

export interface ListenOptions {
  readonly kind: 'tls' | 'plain';
  readonly host: string;
  /** 0: any. */
  readonly port: number;
}

/** The checkpoint that messages pass. See {@link createGateway}. */
export interface Gateway {
  /**
   * Takes one change of the replica in; what it takes away is enforced when this returns.
   *
   * @throws KitenError `gateway/change-out-of-order`, `gateway/change-malformed` and what compiling policies throws
   */
  apply(change: ReplicaChange): void;
  /** Opens a port. TLS needs a `tls` change first; `plain` needs `access: 'open'`. @throws KitenError `gateway/listen-…` */
  listen(options: ListenOptions): Promise<{ address: string; port: number }>;
  /** Serves a client on a stream, as a listener that found out who it is. */
  accept(transport: Duplex, peer: Peer): void;
  /** Does what is due: time-outs, wills, expiry, reports. */
  sweep(): void;
  statistics(): Statistics;
  /** Says goodbye to everybody and tells what was not told. Resolves when the ports are closed. */
  close(): Promise<void>;
}

/** The core of the gateway, whatever it runs in: a worker of the site, a test, a broker without policy. */
export function createGateway(options: GatewayOptions): Gateway {
  const core = new Core({
    trustDomain: options.trustDomain,
    clock: options.clock,
    random: options.random,
    emit: options.emit,
    limits: limitsFrom(options.access === 'open' ? { ...openLimits, ...options.limits } : options.limits),
    access: options.access ?? 'governed',
    refusedPublish: options.refusedPublish ?? 'drop',
    name: options.name ?? 'gateway',
    authenticators: options.authenticators ?? [],
    verifyPassword: options.verifyPassword,
    poll: options.poll ?? (() => undefined),
  });
  const secured: TlsListener[] = [];
  const plain: Server[] = [];
  let material: TlsMaterial | undefined;
  const interval = options.sweepInterval ?? 250;
  const timer = interval > 0 ? setInterval(() => sweep(core), interval) : undefined;

  function accept(transport: Duplex, peer: Peer): void {
    serve(core, transport, peer);
  }

  function apply(change: ReplicaChange): void {
    applyChange(core, change, (renewed) => {
      if (renewed === undefined) for (const listener of secured) listener.forgetSessions();
      else {
        material = renewed;
        for (const listener of secured) listener.renew(renewed);
      }
    });
  }

  async function listen({ kind, host, port }: ListenOptions): Promise<{ address: string; port: number }> {
    const bound = kind === 'tls' ? await listenTls(host, port) : await listenPlain(host, port);
    core.emit({ kind: 'listening', listener: kind, address: bound.address, port: bound.port });
    return { address: bound.address, port: bound.port };
  }

  async function listenTls(host: string, port: number): Promise<AddressInfo> {
    if (material === undefined) {
      throw new KitenError(
        'gateway/listen-without-certificate',
        'The gateway has no certificate to listen with yet.',
      );
    }
    const listener = new TlsListener(core, material, accept);
    const bound = await listener.listen(port, host);
    secured.push(listener);
    return bound;
  }

  function listenPlain(host: string, port: number): Promise<AddressInfo> {
    if (core.options.access !== 'open') {
      throw new KitenError(
        'gateway/listen-without-identity',
        'Without TLS nobody can tell who is there: only an open broker listens so.',
      );
    }
    const server = createServer({ noDelay: true }, (socket) => accept(socket, anonymous(socket)));
    server.maxConnections = core.limits.connections;
    plain.push(server);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, 1024, () => resolve(server.address() as AddressInfo));
    });
  }

  async function close(): Promise<void> {
    clearInterval(timer);
    core.observe();
    for (const connection of core.connections) {
      connection.will = undefined;
      connection.end('shutdown', reasonCodes.serverShuttingDown);
    }
    sweep(core, true);
    // Ports close once the last connection is gone; nobody can hold them up.
    const grace = setTimeout(() => {
      for (const connection of core.connections) connection.lost();
      for (const listener of secured) listener.abandon();
    }, core.limits.closeTimeout);
    await Promise.all([
      ...secured.map((listener) => listener.close()),
      ...plain.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
    ]);
    clearTimeout(grace);
    for (const connection of core.connections) connection.lost();
  }

  return { apply, listen, accept, sweep: () => sweep(core), statistics: () => core.measured(), close };
}

/** Where everybody is one device, what a device may have is what there is. */
const openLimits: Partial<Limits> = {
  topicLength: 65_535,
  topicLevels: 200,
  retainedMessagesPerDevice: defaultLimits.retainedMessages,
};

function anonymous(socket: Socket): Peer {
  const { remoteAddress = '', remotePort = 0 } = socket;
  return {
    device: 'anyone',
    address: remoteAddress,
    port: remotePort,
    serial: '',
    fingerprint: '',
    admission: 'none',
    resumed: false,
  };
}

/** The register is asked at each handshake, and at each CONNECT again. */
function serve(core: Core, transport: Duplex, peer: Peer): void {
  core.observe();
  // What broke a connection shows as its end; 'close' follows.
  transport.on('error', () => undefined);
  const record = core.device(peer.device);
  const isOpen = core.options.access === 'open';
  const refusal = isOpen ? undefined : registerRefusal(record, peer.serial);
  const isTooMany = !isOpen && (record?.connections.size ?? 0) >= core.limits.connectionsPerDevice;
  if (record === undefined || refusal !== undefined || isTooMany) {
    const code = refusal?.code ?? 'gateway/too-many-connections';
    const message = refusal?.message ?? 'The device has as many connections as it may have.';
    core.refusals.note(
      { kind: 'handshake-refused', code, message, address: peer.address, device: peer.device },
      core.now,
    );
    transport.destroy();
    return;
  }
  const connection = new Connection(core, transport, peer, record);
  transport.on('data', (chunk: Buffer) => connection.receive(chunk));
  transport.on('end', () => {
    core.observe();
    core.overlap.answeredClose(connection, core.now);
    connection.ended();
  });
  transport.on('close', () => {
    core.observe();
    connection.lost();
  });
}
