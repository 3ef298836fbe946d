import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { WebSocketTransport } from './web-socket-transport.ts';

/** The one that [MQTT-6.0.0-4] (3.1.1: [MQTT-6.0.0-4]) names. */
const subprotocol = 'mqtt';

/** Why a request for WebSocket is refused. */
export interface UpgradeRefusal {
  readonly code: 'gateway/websocket-subprotocol' | 'gateway/websocket-origin';
  readonly message: string;
}

/** Answers requests to go on in WebSocket (RFC 6455 §4.2) with a stream for MQTT, or with a refusal. */
export class WebSocketUpgrade {
  readonly #server: WebSocketServer;

  /** `maximumMessage`: bytes of the largest message, of one frame or several. */
  constructor(maximumMessage: number) {
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      handleProtocols: () => subprotocol,
      // Decompression of nothing.
      perMessageDeflate: false,
      maxPayload: maximumMessage,
    });
  }

  /** `head` is what was read beyond the request. */
  answer(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    outcome: { accepted: (transport: Duplex) => void; refused: (refusal: UpgradeRefusal) => void },
  ): void {
    const refusal = refusalOf(request);
    if (refusal === undefined) {
      this.#server.handleUpgrade(request, socket, head, (webSocket) =>
        outcome.accepted(new WebSocketTransport(webSocket)),
      );
      return;
    }
    outcome.refused(refusal);
    const status = refusal.code === 'gateway/websocket-origin' ? '403 Forbidden' : '400 Bad Request';
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  }
}

function refusalOf({ headers }: IncomingMessage): UpgradeRefusal | undefined {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (!offered.includes(subprotocol)) {
    const message = `The client does not offer the subprotocol ${subprotocol}.`;
    return { code: 'gateway/websocket-subprotocol', message };
  }
  if (!isOwnOrigin(headers.origin, headers.host)) {
    const message = 'A page of another host tried to use the browser’s certificate, or this machine’s port.';
    return { code: 'gateway/websocket-origin', message };
  }
  return undefined;
}

/** Browsers name the page's origin (RFC 6454), and send their certificate whoever's page it is. */
function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  const page = URL.parse(origin);
  const here = URL.parse(`http://${host ?? ''}`);
  return page !== null && here !== null && page.hostname === here.hostname;
}
