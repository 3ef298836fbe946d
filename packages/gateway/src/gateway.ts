import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { KitenError } from '@kiten/codec';
import { reasonCodes } from '@kiten/wire';
import { registerRefusal } from './admission.ts';
import { admitPresented, isRefusedPeer, tellRefusedPeer } from './admit-peer.ts';
import { commonBounds } from './bounds-by-key.ts';
import type { ReplicaChange } from './change.ts';
import { Connection } from './connection.ts';
import { Core } from './core.ts';
import { DeviceRecord } from './device-record.ts';
import { applyChange } from './enforce.ts';
import { reportFault, tellFault } from './fault.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { limitsFrom } from './limits.ts';
import type { ListenOptions } from './listener-kind.ts';
import { Listeners } from './listeners.ts';
import { CommonCounts, type CommonMemory } from './mesh/common-counts.ts';
import { Mesh } from './mesh/mesh.ts';
import { openLimits } from './open-limits.ts';
import type { Peer } from './peer.ts';
import type { OpenedStore } from './persistence/open-disk-store.ts';
import type { PresentedPeer } from './presented-peer.ts';
import { beginServing, restore } from './restore.ts';
import { deferWill } from './session-store.ts';
import { noSiteTopics } from './site-topics.ts';
import type { Statistics } from './statistics.ts';
import { sweep } from './sweep.ts';
import { TicketKeys } from './ticket-keys.ts';

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
  /** What is bounded by address, name or device is counted together with the other workers from here on. */
  share(common: CommonMemory): void;
  /** New keys of session tickets, the same for all workers that are given the same seed after the same change: 32 bytes. */
  seedTickets(seed: Uint8Array): void;
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

  function share(common: CommonMemory): void {
    const { mesh, limits } = core;
    if (mesh === undefined) throw notAWorker();
    core.bounds = commonBounds(limits, new CommonCounts(common), mesh.place.index);
  }

  function seedTickets(seed: Uint8Array): void {
    core.tickets = new TicketKeys(seed);
    listeners.renew(undefined);
  }

  function join(peer: number, transport: Duplex): Promise<void> {
    if (core.mesh === undefined) throw notAWorker();
    return core.mesh.join(peer, transport);
  }

  return {
    apply,
    listen,
    join,
    share,
    seedTickets,
    accept,
    admit,
    upgrade: (request, socket, head, peer) => listeners.webSockets.upgrade(request, socket, head, peer),
    sweep: lookAtTheTime,
    statistics: () => core.measured(),
    close,
  };
}

function notAWorker(): KitenError {
  return new KitenError('gateway/not-a-worker', 'A gateway that is the only one joins no other.');
}

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
