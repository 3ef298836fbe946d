import type { Server } from 'node:https';
import { createServer, type Server as TcpServer } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { KitenError } from '@kiten/codec';
import {
  NamedContexts,
  type PresentedPeer,
  ProxyDoor,
  type ProxyRefusal,
  presentedBy,
  type TlsMaterial,
  WebSocketUpgrade,
} from '@kiten/gateway';
import type { Est } from '@kiten/identity';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { type Problem, problemOf } from '../api/problem.ts';
import { listenOnAll } from './listen.ts';

const HANDSHAKE_TIMEOUT = 10_000;
const MAXIMUM_BODY = 64 * 1024;
/** As large as a packet may be that the gateway takes. */
const MAXIMUM_MESSAGE = 1024 * 1024;
const MQTT_PATH = '/mqtt';

export interface DeviceServer {
  readonly port: number;
  /** Serves with new material from the next connection on. */
  renew(tls: TlsMaterial): void;
  close(): Promise<void>;
}

export interface DeviceServerOptions {
  readonly hosts: readonly string[];
  readonly port: number;
  /** Addresses and networks from which connections are relayed (the PROXY protocol). */
  readonly proxies: readonly string[];
  readonly tls: TlsMaterial;
  /** PEM of further CAs whose names clients are shown when asked for a certificate. */
  readonly manufacturers: readonly string[];
  readonly est: Est;
  /** What else is offered here. */
  readonly mount: (server: FastifyInstance) => void;
  readonly failed: (error: unknown) => void;
  /** Takes a client that goes on in MQTT over WebSocket, whoever it is. */
  readonly mqtt: (transport: Duplex, presented: PresentedPeer) => void;
  /** A TLS handshake that did not come about, or a WebSocket that was refused. */
  readonly refused: (error: NodeJS.ErrnoException, address: string) => void;
  /** A connection that did not say, or may not say, whose it is. */
  readonly unrelayed: (refusal: ProxyRefusal, address: string) => void;
}

/** The devices' HTTPS port: enrolment over secure transport, and what is mounted beside it. A client certificate is asked for, not required. */
export async function startDeviceServer(options: DeviceServerOptions): Promise<DeviceServer> {
  const { est, mount, failed, refused } = options;
  const named = new NamedContexts();
  const nameContexts = ({ ca, named: certificates = [] }: TlsMaterial): void =>
    named.renewal(certificates, (one) => secureContext({ ...one, ca }, options.manufacturers))();
  nameContexts(options.tls);
  const server = Fastify({
    https: {
      ...secureContext(options.tls, options.manufacturers),
      SNICallback: (name, choose) => choose(null, named.of(name)),
      requestCert: true,
      rejectUnauthorized: false,
      handshakeTimeout: HANDSHAKE_TIMEOUT,
    },
    bodyLimit: MAXIMUM_BODY,
    logger: false,
    forceCloseConnections: true,
    requestTimeout: 30_000,
    keepAliveTimeout: 30_000,
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    '*',
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => body,
  );
  server.route({
    method: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'],
    url: '/.well-known/est/*',
    handler: async (request, reply) => {
      const answer = await est.handle({
        method: request.method,
        path: request.url.split('?', 1)[0] ?? '',
        headers: request.headers as Record<string, string | undefined>,
        body: (request.body as Buffer | undefined) ?? new Uint8Array(),
        remoteAddress: request.ip,
        ...peerOf(request.raw.socket as TLSSocket),
      });
      reply.hijack();
      // Said beforehand: not every small client reads chunks.
      const length = Buffer.byteLength(answer.body);
      reply.raw.writeHead(answer.status, { ...answer.headers, 'content-length': length });
      reply.raw.end(request.method === 'HEAD' ? undefined : answer.body);
    },
  });
  mount(server as unknown as FastifyInstance);
  server.setErrorHandler((error, _request, reply) => {
    const { statusCode = 500 } = error as { statusCode?: number };
    const own = error instanceof KitenError ? problemOf(error) : undefined;
    // What has no status of its own is our fault here, and its text stays in the log.
    const answer = own === undefined || own.status === 400 ? problem(statusCode) : own;
    if (answer.status >= 500) failed(error);
    return reply.code(answer.status).type('application/problem+json').send(answer);
  });
  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).type('application/problem+json').send(problem(404)),
  );
  const front = relayed(server.server, options);
  server.server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) =>
    refused(error, socket.remoteAddress ?? ''),
  );
  offerMqtt(server.server, options);
  await server.ready();
  const { port, close } = await listenOnAll(front.server, options.hosts, options.port);
  return {
    port,
    renew(tls) {
      server.server.setSecureContext(secureContext(tls, options.manufacturers));
      nameContexts(tls);
    },
    async close() {
      // Together: a connection that came in by a door is closed by the server that it was handed to.
      const closed = Promise.all([close(), front.close(), server.close()]);
      server.server.closeAllConnections();
      await closed;
    },
  };
}

/** What takes connections: the server itself, or where proxies relay them, who asks first whose they are. */
function relayed(
  server: Server,
  { proxies, unrelayed }: DeviceServerOptions,
): { readonly server: TcpServer; readonly close: () => Promise<void> } {
  if (proxies.length === 0) return { server, close: async () => undefined };
  const door = new ProxyDoor(proxies, HANDSHAKE_TIMEOUT);
  const front = createServer((socket) =>
    door.take(socket, { arrived: (from) => server.emit('connection', from), refused: unrelayed }),
  );
  // Before anybody reads an address off them.
  server.prependListener('secureConnection', (socket: TLSSocket) => door.name(socket));
  server.prependListener('tlsClientError', (_error, socket: TLSSocket) => door.name(socket));
  return {
    server: front,
    close: () => {
      door.abandon();
      return new Promise((resolve) => front.close(() => resolve()));
    },
  };
}

function secureContext(
  { key, certificate, ca }: Pick<TlsMaterial, 'key' | 'certificate' | 'ca'>,
  manufacturers: readonly string[],
) {
  return { key, cert: certificate, ca: [ca, ...manufacturers], minVersion: 'TLSv1.2' as const };
}

/** The certificate whose key the client proved, and what else it sent along. */
function peerOf(socket: TLSSocket): { peerCertificate?: Uint8Array; peerChain?: Uint8Array[] } {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return {};
  const peerChain: Uint8Array[] = [];
  for (
    let above = certificate.issuerCertificate;
    above !== undefined && peerChain.length < 8;
    above = above.issuerCertificate
  ) {
    peerChain.push(above.raw);
  }
  return { peerCertificate: certificate.raw, peerChain };
}

function problem(status: number): Problem {
  const [code, detail]: readonly [string, string] =
    status === 413
      ? ['kiten/body-too-large', `A request body may have ${MAXIMUM_BODY} bytes at most.`]
      : status === 404
        ? ['kiten/not-found', 'There is nothing here. Enrolment is at /.well-known/est/.']
        : status >= 500
          ? ['kiten/internal', 'The site could not do this; its log says why.']
          : ['kiten/request-invalid', 'The request is not HTTP as expected here.'];
  return { type: `urn:kiten:error:${code}`, title: detail, status, detail, code };
}

/** MQTT over WebSocket, on the port that passes where 8883 does not. */
function offerMqtt(server: Server, { mqtt, refused }: DeviceServerOptions): void {
  const upgrade = new WebSocketUpgrade(MAXIMUM_MESSAGE);
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => undefined);
    if (request.url?.split('?', 1)[0] !== MQTT_PATH) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const presented = presentedBy(socket as TLSSocket);
    upgrade.answer(request, socket, head, {
      accepted: (transport) => mqtt(transport, presented),
      refused: ({ code, message }) => refused(Object.assign(new Error(message), { code }), presented.address),
    });
  });
}
