import { constants } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls';
import { admitCertificate, isRefusal } from './admission.ts';
import type { TlsMaterial } from './change.ts';
import type { Core } from './core.ts';
import type { Peer } from './peer.ts';
import { tlsFailure } from './tls-failure.ts';

const ticketKeyBytes = 48;
const sessionLifetime = 3600;

/** MQTT over TLS with client certificates. What a certificate is worth is judged here, not by TLS. */
export class TlsListener {
  readonly #core: Core;
  readonly #accept: (socket: TLSSocket, peer: Peer) => void;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(core: Core, tls: TlsMaterial, accept: (socket: TLSSocket, peer: Peer) => void) {
    this.#core = core;
    this.#accept = accept;
    this.#server = createServer({
      ...this.#context(tls),
      // The handshake goes through, so that the refusal can be told from a broken connection.
      requestCert: true,
      rejectUnauthorized: false,
      handshakeTimeout: core.limits.handshakeTimeout,
      noDelay: true,
      keepAlive: true,
    });
    this.#server.maxConnections = core.limits.connections;
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('secureConnection', (socket) => this.#secured(socket));
    this.#server.on('tlsClientError', (error, socket) => this.#failed(error, socket));
    this.#server.on('drop', (dropped) => {
      const address = dropped?.remoteAddress ?? '';
      const message = 'There are as many connections as there may be.';
      this.#refused('gateway/too-many-connections', message, address);
    });
  }

  listen(port: number, host: string): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, 1024, () => {
        this.#server.off('error', reject);
        resolve(this.#server.address() as AddressInfo);
      });
    });
  }

  /** New handshakes use the new material; tickets from before are worth nothing; open connections go on. */
  renew(tls: TlsMaterial): void {
    this.#server.setSecureContext(this.#context(tls));
  }

  /** So that no session of before can be resumed. */
  forgetSessions(): void {
    this.#server.setTicketKeys(Buffer.from(this.#core.options.random(ticketKeyBytes)));
  }

  /** Resolves when the last connection is gone. */
  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /** Ends what is left, handshakes under way included. */
  abandon(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #context(tls: TlsMaterial): TlsOptions {
    const lists = tls.crl.match(/-----BEGIN X509 CRL-----[^-]+-----END X509 CRL-----/g);
    return {
      minVersion: 'TLSv1.2',
      // Who is there is found out once, at the handshake.
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
      key: tls.key,
      cert: tls.certificate,
      ca: tls.ca,
      ...(lists === null ? {} : { crl: lists }),
      sessionIdContext: 'kiten-gateway',
      sessionTimeout: sessionLifetime,
      ticketKeys: Buffer.from(this.#core.options.random(ticketKeyBytes)),
    };
  }

  #secured(socket: TLSSocket): void {
    const now = this.#core.observe();
    const address = socket.remoteAddress ?? '';
    const certificate = socket.getPeerX509Certificate();
    const outcome = admitCertificate({
      der: certificate?.raw,
      chainError: socket.authorized ? undefined : String(socket.authorizationError),
      trustDomain: this.#core.options.trustDomain,
      now,
      find: (id) => this.#core.device(id),
    });
    if (isRefusal(outcome)) {
      this.#refused(outcome.code, outcome.message, address, outcome.device);
      // Reset by the peer, mostly: it has its refusal already.
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    this.#accept(socket, {
      device: outcome.device.id,
      address,
      port: socket.remotePort ?? 0,
      serial: outcome.serial,
      validUntil: outcome.validUntil,
      fingerprint: (certificate?.fingerprint256 ?? '').replaceAll(':', '').toLowerCase(),
      resumed: socket.isSessionReused(),
    });
  }

  #failed(error: Error, socket: TLSSocket): void {
    const { code, message } = tlsFailure(error);
    this.#refused(code, message, socket.remoteAddress ?? '');
    socket.destroy();
  }

  #refused(code: string, message: string, address: string, device?: string): void {
    const refusal = { kind: 'handshake-refused', code, message, address } as const;
    this.#core.refusals.note(device === undefined ? refusal : { ...refusal, device }, this.#core.observe());
  }
}
