import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { KitenError } from '@kiten/codec';
import type { TlsMaterial } from './change.ts';
import type { Core } from './core.ts';
import { endOf, type RemoteEnd } from './handshake-gate.ts';
import { type ListenOptions, placeOf } from './listener-kind.ts';
import type { Peer } from './peer.ts';
import type { ProxyRefusal } from './proxy-door.ts';
import { SharedReads } from './shared-reads.ts';
import { servedWith } from './tls-context.ts';
import { TlsListener } from './tls-listener.ts';
import { WebSocketDoor } from './web-socket-door.ts';

/** The ports of a gateway: streams of bytes, all of them [MQTT-4.2.0-1] (3.1.1: [MQTT-7.1.1-1]). */
export class Listeners {
  readonly webSockets: WebSocketDoor;
  readonly #core: Core;
  readonly #accept: (transport: Duplex, peer: Peer) => void;
  readonly #secured: TlsListener[] = [];
  readonly #plain: Server[] = [];
  readonly #reads = new SharedReads();

  constructor(core: Core, accept: (transport: Duplex, peer: Peer) => void) {
    this.#core = core;
    this.#accept = accept;
    this.webSockets = new WebSocketDoor(core, accept);
  }

  /** Opens a port. @throws KitenError `gateway/listen-…` */
  async listen({ kind, host, port, joins = false }: ListenOptions): Promise<AddressInfo> {
    // A port that several may share another program could take as well, or have taken, without anybody noticing.
    if (this.#core.mesh !== undefined && !joins && port !== 0) await requireFree(host, port);
    const isTls = kind === 'tls' || kind === 'websocket-tls' || kind === 'password';
    const bound = isTls ? await this.#listenTls(kind, host, port) : await this.#listenPlain(kind, host, port);
    this.#core.emit({ kind: 'listening', listener: kind, address: bound.address, port: bound.port });
    return bound;
  }

  /** New certificates, or only no session of before any more. */
  renew(material: TlsMaterial | undefined): void {
    if (material === undefined) for (const listener of this.#secured) listener.forgetSessions();
    else {
      // All of it is good before any of it counts.
      const renewals = this.#secured.map((listener) => listener.renewal(material));
      for (const renew of renewals) renew();
    }
  }

  /** Resolves when the last connection is gone. */
  async close(): Promise<void> {
    await Promise.all([
      ...this.#secured.map((listener) => listener.close()),
      ...this.#plain.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
    ]);
  }

  /** Ends what has not come to a session. */
  abandon(): void {
    for (const listener of this.#secured) listener.abandon();
    this.webSockets.abandon();
    this.#core.proxyDoor?.abandon();
  }

  async #listenTls(
    kind: 'tls' | 'websocket-tls' | 'password',
    host: string,
    port: number,
  ): Promise<AddressInfo> {
    const { tls, revocation } = this.#core;
    if (tls === undefined) {
      throw new KitenError(
        'gateway/listen-without-certificate',
        'The gateway has no certificate to listen with yet.',
      );
    }
    if (kind === 'password') this.#requireVerifier();
    const admission = kind === 'password' ? 'password' : 'certificate';
    const accept = kind === 'websocket-tls' ? this.#takeWebSocket : this.#accept;
    const listener = new TlsListener(this.#core, servedWith(tls, revocation), admission, accept);
    const bound = await listener.listen(port, host);
    this.#secured.push(listener);
    return bound;
  }

  #requireVerifier(): void {
    if (this.#core.options.verifyPassword !== undefined) return;
    throw new KitenError('gateway/listen-without-verifier', 'Nobody here can tell a password from another.');
  }

  #listenPlain(
    kind: 'plain' | 'websocket' | 'plain-password',
    host: string,
    port: number,
  ): Promise<AddressInfo> {
    if (kind === 'plain-password') this.#requireVerifier();
    else if (this.#core.options.access !== 'open') {
      throw new KitenError(
        'gateway/listen-without-identity',
        'Without TLS nobody can tell who is there: only an open broker listens so.',
      );
    }
    const accept = kind === 'websocket' ? this.#takeWebSocket : this.#accept;
    const arrived = (socket: Socket, end: RemoteEnd): void => {
      if (kind !== 'plain-password') accept(socket, anonymous(end));
      else if (this.#enter(socket, end)) accept(socket, nobodyYet(end));
    };
    const { proxyDoor } = this.#core;
    // Whoever speaks MQTT uses a chunk before the next one comes.
    const isShared = proxyDoor === undefined && kind !== 'websocket';
    const server = createServer({ noDelay: true, pauseOnConnect: isShared }, (accepted) => {
      const socket = isShared ? this.#reads.adopt(accepted) : accepted;
      if (proxyDoor === undefined) arrived(socket, endOf(socket));
      else proxyDoor.take(socket, { arrived, refused: this.#refusedProxy });
    });
    server.maxConnections = this.#core.limits.connections;
    this.#plain.push(server);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(placeOf(host, port, this.#core.mesh !== undefined), () =>
        resolve(server.address() as AddressInfo),
      );
    });
  }

  /** Holds an address to as many connections as it may have before they say who they are. */
  #enter(socket: Socket, end: RemoteEnd): boolean {
    const { refusals } = this.#core;
    const { gate } = this.#core.bounds;
    const now = this.#core.observe();
    const refusal = gate.enter(end, now);
    if (refusal === undefined) socket.once('close', () => gate.leave(end));
    else {
      refusals.note({ kind: 'handshake-refused', ...refusal, address: end.address }, now);
      socket.destroy();
    }
    return refusal === undefined;
  }

  readonly #refusedProxy = ({ code, message }: ProxyRefusal, address: string): void =>
    this.#core.refusals.note({ kind: 'handshake-refused', code, message, address }, this.#core.observe());

  readonly #takeWebSocket = (socket: Duplex, peer: Peer): void => this.webSockets.take(socket, peer);
}

/** @throws what the system says if somebody listens there */
function requireFree(host: string, port: number): Promise<void> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(placeOf(host, port, false), () => server.close(() => resolve()));
  });
}

/** A client that has yet to say who it is, by a password. */
function nobodyYet(end: RemoteEnd): Peer {
  return { ...anonymous(end), device: '', admission: 'password' };
}

function anonymous({ address, port }: RemoteEnd): Peer {
  return {
    device: 'anyone',
    address,
    port,
    serial: '',
    fingerprint: '',
    admission: 'none',
    resumed: false,
  };
}
