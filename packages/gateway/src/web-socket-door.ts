import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Core } from './core.ts';
import type { Peer } from './peer.ts';
import { WebSocketUpgrade } from './web-socket-upgrade.ts';

const headerBytes = 8_192;

/** MQTT over WebSocket (RFC 6455; MQTT 5.0 §6): turns connections that speak HTTP into such that speak MQTT. */
export class WebSocketDoor {
  readonly #core: Core;
  readonly #accept: (transport: Duplex, peer: Peer) => void;
  readonly #http: Server;
  /** Those that have not come to an upgrade, with the time by which they have to. */
  readonly #waiting = new Map<Duplex, { readonly peer: Peer; readonly deadline: number }>();
  readonly #upgrade: WebSocketUpgrade;

  constructor(core: Core, accept: (transport: Duplex, peer: Peer) => void) {
    this.#core = core;
    this.#accept = accept;
    this.#upgrade = new WebSocketUpgrade(core.limits.packetSize);
    this.#http = createServer({ maxHeaderSize: headerBytes, keepAlive: false }, (request, response) => {
      const peer = this.#waiting.get(request.socket)?.peer;
      const message = 'This port speaks MQTT over WebSocket only.';
      if (peer !== undefined) this.#note(peer, 'gateway/websocket-expected', message);
      response.writeHead(426, { connection: 'close', upgrade: 'websocket' }).end();
    });
    this.#http.on('upgrade', (request, socket, head) => {
      const waiting = this.#waiting.get(socket);
      this.#waiting.delete(socket);
      if (waiting !== undefined) this.upgrade(request, socket, head, waiting.peer);
    });
    this.#http.on('clientError', (_error, socket) => socket.destroy());
  }

  /** Takes a connection over of which nothing was read yet. */
  take(socket: Duplex, peer: Peer): void {
    const deadline = this.#core.observe() + this.#core.limits.connectTimeout;
    this.#waiting.set(socket, { peer, deadline });
    socket.once('close', () => this.#waiting.delete(socket));
    this.#http.emit('connection', socket);
  }

  /** Gives up on those that take too long. */
  sweep(now: number): void {
    for (const [socket, { peer, deadline }] of this.#waiting) {
      if (now < deadline) return;
      this.#note(peer, 'gateway/websocket-timeout', 'The client did not ask for WebSocket in time.');
      socket.destroy();
    }
  }

  /** Ends those that have not come to an upgrade. */
  abandon(): void {
    for (const socket of this.#waiting.keys()) socket.destroy();
  }

  /** Answers a request to upgrade; serves the client if it wants MQTT and comes from no foreign page. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, peer: Peer): void {
    this.#upgrade.answer(request, socket, head, {
      accepted: (transport) => this.#accept(transport, peer),
      refused: ({ code, message }) => this.#note(peer, code, message),
    });
  }

  #note({ address, device }: Peer, code: string, message: string): void {
    const refusal = { kind: 'handshake-refused', code, message, address } as const;
    this.#core.refusals.note(device === '' ? refusal : { ...refusal, device }, this.#core.observe());
  }
}
