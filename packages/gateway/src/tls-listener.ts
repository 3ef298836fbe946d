import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import {
  createSecureContext,
  createServer as createTlsServer,
  type TLSSocket,
  type Server as TlsServer,
} from 'node:tls';
import { admitPeer, isRefusedPeer, tellRefusedPeer } from './admit-peer.ts';
import type { TlsMaterial } from './change.ts';
import type { Core } from './core.ts';
import { endOf, type RemoteEnd } from './handshake-gate.ts';
import { placeOf } from './listener-kind.ts';
import { NamedContexts } from './named-contexts.ts';
import type { Peer } from './peer.ts';
import { presentedBy } from './presented-peer.ts';
import { secureContextOf } from './tls-context.ts';
import { tlsFailure } from './tls-failure.ts';

const sessionLifetime = 3600;

/**
 * TLS, with client certificates or for clients that have a password instead. What a certificate is worth is judged
 * here, not by TLS.
 */
export class TlsListener {
  readonly #core: Core;
  readonly #admission: 'certificate' | 'password';
  readonly #accept: (socket: TLSSocket, peer: Peer) => void;
  /** Takes connections, and hands those on that may begin their handshake. */
  readonly #front: Server;
  readonly #server: TlsServer;
  readonly #sockets = new Set<Socket>();
  readonly #named = new NamedContexts();

  constructor(
    core: Core,
    tls: TlsMaterial,
    admission: 'certificate' | 'password',
    accept: (socket: TLSSocket, peer: Peer) => void,
  ) {
    this.#core = core;
    this.#admission = admission;
    this.#accept = accept;
    this.#server = createTlsServer({
      ...secureContextOf(tls, tls),
      ...this.#tickets(),
      SNICallback: (name, choose) => choose(null, this.#named.of(name)),
      // The handshake goes through, so that the refusal can be told from a broken connection.
      requestCert: admission === 'certificate',
      rejectUnauthorized: false,
      handshakeTimeout: core.limits.handshakeTimeout,
    });
    this.#namedWith(tls)();
    this.#server.on('secureConnection', (socket) => this.#secured(socket));
    this.#server.on('tlsClientError', (error, socket) => this.#failed(error, socket));
    const { proxyDoor } = core;
    this.#front = createServer({ noDelay: true, keepAlive: true }, (socket) => {
      if (proxyDoor === undefined) this.#arrived(socket, endOf(socket));
      else {
        proxyDoor.take(socket, {
          arrived: (from, end) => this.#arrived(from, end),
          refused: ({ code, message }, address) => this.#refused(code, message, address),
        });
      }
    });
    this.#front.maxConnections = core.limits.connections;
    this.#front.on('drop', (dropped) => {
      const address = dropped?.remoteAddress ?? '';
      const message = 'There are as many connections as there may be.';
      this.#refused('gateway/too-many-connections', message, address);
    });
  }

  listen(port: number, host: string): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      this.#front.once('error', reject);
      this.#front.listen(placeOf(host, port, this.#core.mesh !== undefined), () => {
        this.#front.off('error', reject);
        resolve(this.#front.address() as AddressInfo);
      });
    });
  }

  /**
   * Gets new material ready, and returns what brings it into force: new handshakes use it then, tickets from before are worth
   * nothing, open connections go on.
   */
  renewal(tls: TlsMaterial): () => void {
    const context = { ...secureContextOf(tls, tls), ...this.#tickets() };
    createSecureContext(context);
    const name = this.#namedWith(tls);
    return () => {
      this.#server.setSecureContext(context);
      name();
    };
  }

  /** With new keys, so that no session of before can be resumed. */
  forgetSessions(): void {
    this.#server.setTicketKeys(this.#ticketKeys);
  }

  /** Resolves when the last connection is gone. */
  close(): Promise<void> {
    return new Promise((resolve) => this.#front.close(() => resolve()));
  }

  /** Ends what is left, handshakes under way included. */
  abandon(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #tickets(): { sessionTimeout: number; ticketKeys: Buffer } {
    return { sessionTimeout: sessionLifetime, ticketKeys: this.#ticketKeys };
  }

  get #ticketKeys(): Buffer {
    return this.#core.tickets.of(this.#admission);
  }

  #namedWith(tls: TlsMaterial): () => void {
    return this.#named.renewal(tls.named ?? [], (each) => secureContextOf(tls, each));
  }

  #arrived(socket: Socket, end: RemoteEnd): void {
    const { gate } = this.#core.bounds;
    const refusal = gate.enter(end, this.#core.observe());
    if (refusal !== undefined) {
      this.#refused(refusal.code, refusal.message, end.address);
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => {
      gate.leave(end);
      this.#sockets.delete(socket);
    });
    this.#server.emit('connection', socket);
  }

  #secured(socket: TLSSocket): void {
    this.#core.proxyDoor?.name(socket);
    const certificate = socket.getPeerX509Certificate();
    const presented = presentedBy(socket, certificate);
    const { address, port, resumed } = presented;
    if (this.#admission === 'password') {
      const nobody = { device: '', serial: '', fingerprint: '' };
      this.#accept(socket, { ...nobody, address, port, admission: 'password', resumed });
      return;
    }
    const peer = admitPeer(this.#core, presented, certificate);
    if (isRefusedPeer(peer)) {
      tellRefusedPeer(this.#core, peer, address);
      // Reset by the peer, mostly: it has its refusal already.
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    this.#accept(socket, peer);
  }

  #failed(error: Error, socket: TLSSocket): void {
    this.#core.proxyDoor?.name(socket);
    const { code, message } = tlsFailure(error);
    this.#refused(code, message, socket.remoteAddress ?? '');
    socket.destroy();
  }

  #refused(code: string, message: string, address: string): void {
    this.#core.refusals.note({ kind: 'handshake-refused', code, message, address }, this.#core.observe());
  }
}
