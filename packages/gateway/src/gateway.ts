import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Clock, KitenError } from '@kiten/codec';
import type { MessageTap } from '@kiten/trust';
import { reasonCodes } from '@kiten/wire';
import { registerRefusal } from './admission.ts';
import { admitPresented, isRefusedPeer, tellRefusedPeer } from './admit-peer.ts';
import type { Authenticator, PasswordVerifier } from './authenticator.ts';
import type { ReplicaChange } from './change.ts';
import { largestPacket } from './connack.ts';
import { Connection } from './connection.ts';
import { Core } from './core.ts';
import { DeviceRecord } from './device-record.ts';
import { applyChange } from './enforce.ts';
import type { EmitEvent } from './event.ts';
import { reportFault, tellFault } from './fault.ts';
import { defaultLimits, type Limits, limitsFrom } from './limits.ts';
import type { ListenOptions } from './listener-kind.ts';
import { Listeners } from './listeners.ts';
import { Mesh, type WorkerPlace } from './mesh/mesh.ts';
import type { QueueOverflow } from './overflow.ts';
import type { Peer } from './peer.ts';
import type { OpenedStore } from './persistence/open-disk-store.ts';
import type { PresentedPeer } from './presented-peer.ts';
import { beginServing, restore } from './restore.ts';
import { deferWill } from './session-store.ts';
import { noSiteTopics, type SiteTopics } from './site-topics.ts';
import type { Statistics } from './statistics.ts';
import { sweep } from './sweep.ts';

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
  /** Whether payloads that say that they are text (payload format indicator 1) have to be UTF-8. Default no. */
  readonly checksPayloadFormat?: boolean;
  /** What it says that it is, at `$SYS/broker/version`. Default `Kiten`. */
  readonly version?: string;
  /** What becomes of a session whose queue is full. Default `drop-newest`. */
  readonly queueOverflow?: QueueOverflow;
  /** Stands in the way that evidence came. Default `gateway`. */
  readonly name?: string;
  /** Methods of enhanced authentication that clients of version 5 may use. Default none. */
  readonly authenticators?: readonly Authenticator[];
  /** Judges passwords on ports of the kind `password`. */
  readonly verifyPassword?: PasswordVerifier;
  /**
   * Addresses and networks (`10.0.0.0/8`) of proxies: whoever connects from there says first whose connection it is, by the
   * PROXY protocol. Default none.
   */
  readonly proxies?: readonly string[];
  /** Topics on which the site and each device speak with each other. Default none. */
  readonly siteTopics?: SiteTopics;
  /** Who sees messages that devices publish. Default nobody. */
  readonly taps?: readonly MessageTap[];
  /** Tells how many bytes of memory are in use, for statistics. */
  readonly heapUsed?: () => number;
  /**
   * Called now and then while much arrives, between chunks: it may call `apply` for changes that wait outside, so that
   * a fall need not wait for a long turn of the loop to end.
   */
  readonly poll?: () => void;
  /** Which of several workers on one port this is; each has to {@link Gateway.join} all others. Default: the only one. */
  readonly worker?: WorkerPlace;
  /** Milliseconds between looks at what is due; 0: the caller calls `sweep`. Default 250. */
  readonly sweepInterval?: number;
}

/** The checkpoint that messages pass. See {@link createGateway}. */
export interface Gateway {
  /**
   * Takes one change of the replica in; what it takes away is enforced when this returns.
   *
   * @throws KitenError `gateway/change-out-of-order`, `gateway/change-malformed` and what compiling policies throws
   */
  apply(change: ReplicaChange): void;
  /**
   * Opens a port. Those with TLS need a `tls` change first, those without need `access: 'open'`.
   *
   * @throws KitenError `gateway/listen-…`
   */
  listen(options: ListenOptions): Promise<{ address: string; port: number }>;
  /** Serves a client on a stream, as a listener that found out who it is. */
  accept(transport: Duplex, peer: Peer): void;
  /** The same for one that knows only what the client presented: it is judged here, and served or refused. */
  admit(transport: Duplex, presented: PresentedPeer): void;
  /**
   * Answers a request to go on in WebSocket, and serves the client on it: for a server that has other things to offer
   * on its port, and found out who it is. `head` is what was read beyond the request.
   */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, peer: Peer): void;
  /**
   * Begins to work with another worker on the same port: `transport` leads to where it joins this one. Resolves when it
   * has told what it has. One that joins in the place of another that has ended takes its number.
   */
  join(peer: number, transport: Duplex): Promise<void>;
  /** Does what is due: time-outs, wills, expiry, reports. */
  sweep(): void;
  statistics(): Statistics;
  /** Says goodbye to everybody and tells what was not told. Resolves when the ports are closed. */
  close(): Promise<void>;
}

/**
 * The core of the gateway, whatever it runs in: a worker of the site, a test, a broker without policy.
 *
 * @throws KitenError `gateway/limit-out-of-range`, `gateway/proxy-address`
 */
export function createGateway(options: GatewayOptions): Gateway {
  return gatewayWith(options, undefined);
}

/** The same with what a store has kept. */
export function gatewayWith(options: GatewayOptions, opened: OpenedStore | undefined): Gateway {
  const core = new Core(
    {
      trustDomain: options.trustDomain,
      clock: options.clock,
      random: options.random,
      emit: options.emit,
      limits: limitsFrom(options.access === 'open' ? { ...openLimits, ...options.limits } : options.limits),
      access: options.access ?? 'governed',
      refusedPublish: options.refusedPublish ?? 'drop',
      queueOverflow: options.queueOverflow ?? 'drop-newest',
      checksPayloadFormat: options.checksPayloadFormat ?? false,
      version: options.version ?? 'Kiten',
      name: options.name ?? 'gateway',
      authenticators: options.authenticators ?? [],
      verifyPassword: options.verifyPassword,
      proxies: options.proxies ?? [],
      siteTopics: options.siteTopics ?? noSiteTopics,
      taps: options.taps ?? [],
      heapUsed: options.heapUsed ?? (() => 0),
      poll: options.poll ?? (() => undefined),
    },
    opened,
  );
  if (options.worker !== undefined) core.mesh = new Mesh(core, options.worker, accept);
  if (opened !== undefined) restore(core, opened);
  const listeners = new Listeners(core, accept);
  const interval = options.sweepInterval ?? 250;
  const timer =
    interval > 0
      ? setInterval(() => {
          try {
            lookAtTheTime();
          } catch (error) {
            tellFault(core.emit, error, core.now);
          }
        }, interval)
      : undefined;

  function accept(transport: Duplex, peer: Peer): void {
    beginServing(core);
    try {
      serve(core, transport, peer);
    } catch (error) {
      tellFault(core.emit, error, core.now);
      transport.destroy();
    }
  }

  function admit(transport: Duplex, presented: PresentedPeer): void {
    const peer = admitPresented(core, presented);
    if (!isRefusedPeer(peer)) {
      accept(transport, peer);
      return;
    }
    tellRefusedPeer(core, peer, presented.address);
    transport.on('error', () => undefined);
    transport.destroy();
  }

  function lookAtTheTime(): void {
    sweep(core);
    listeners.webSockets.sweep(core.now);
  }

  function apply(change: ReplicaChange): void {
    applyChange(core, change, (renewed) => listeners.renew(renewed));
  }

  async function listen(wanted: ListenOptions): Promise<{ address: string; port: number }> {
    core.observe();
    beginServing(core);
    const { address, port } = await listeners.listen(wanted);
    return { address, port };
  }

  async function close(): Promise<void> {
    clearInterval(timer);
    core.observe();
    for (const connection of core.connections) {
      deferWill(core, connection);
      connection.end('shutdown', reasonCodes.serverShuttingDown);
    }
    sweep(core, true);
    // Ports close once the last connection is gone; nobody can hold them up.
    const grace = setTimeout(() => {
      for (const connection of core.connections) connection.lost();
      listeners.abandon();
    }, core.limits.closeTimeout);
    await listeners.close();
    clearTimeout(grace);
    for (const connection of core.connections) connection.lost();
    core.mesh?.close();
    await core.store.close();
  }

  function join(peer: number, transport: Duplex): Promise<void> {
    if (core.mesh === undefined)
      throw new KitenError('gateway/not-a-worker', 'A gateway that is the only one joins no other.');
    return core.mesh.join(peer, transport);
  }

  return {
    apply,
    listen,
    join,
    accept,
    admit,
    upgrade: (request, socket, head, peer) => listeners.webSockets.upgrade(request, socket, head, peer),
    sweep: lookAtTheTime,
    statistics: () => core.measured(),
    close,
  };
}

/** Where everybody is one device, what a device may have is what there is. */
const openLimits: Partial<Limits> = {
  // Whatever MQTT has packets for.
  packetSize: largestPacket,
  connectPacketSize: 524_288,
  topicLength: 65_535,
  topicLevels: 200,
  retainedMessagesPerDevice: defaultLimits.retainedMessages,
  queuedMessages: 100_000,
  queuedBytes: 268_435_456,
  sessionExpiry: 4_294_967_295,
};

/** The register is asked at each handshake, and at each CONNECT again. */
function serve(core: Core, transport: Duplex, peer: Peer): void {
  core.observe();
  // What broke a connection shows as its end; 'close' follows.
  transport.on('error', () => undefined);
  // Whose a password is shows at CONNECT.
  const isNobodyYet = peer.admission === 'password';
  const record = isNobodyYet ? new DeviceRecord('') : core.device(peer.device);
  const isOpen = core.options.access === 'open' || isNobodyYet;
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
  const on = (event: string, act: (chunk: Buffer) => void): void => {
    transport.on(event, (chunk: Buffer) => {
      try {
        act(chunk);
      } catch (error) {
        reportFault(connection, error);
      }
    });
  };
  on('data', (chunk) => connection.receive(chunk));
  on('end', () => {
    core.observe();
    core.overlap.answeredClose(connection, core.now);
    connection.ended();
  });
  on('close', () => {
    core.observe();
    connection.lost();
  });
}
