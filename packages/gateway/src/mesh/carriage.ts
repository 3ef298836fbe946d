import { X509Certificate } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Connection } from '../connection.ts';
import type { Core } from '../core.ts';
import type { Peer } from '../peer.ts';
import { CarriedStream } from './carried-stream.ts';
import type { Link } from './link.ts';
import type { CarriedPeer, LinkMessage } from './link-message.ts';

type CarriedMessage = Extract<LinkMessage, { kind: `carried-${string}` }>;

/**
 * Connections whose clients want a session that outlives them: they are carried to the keeper, which serves them as if
 * they had come to it. What protects them on the way, TLS say, stays where they came.
 */
export class Carriage {
  readonly #core: Core;
  readonly #accept: (transport: Duplex, peer: Peer) => void;
  readonly #streams = new Map<Link, Map<number, CarriedStream>>();
  #last = 0;

  constructor(core: Core, accept: (transport: Duplex, peer: Peer) => void) {
    this.#core = core;
    this.#accept = accept;
  }

  /** Hands a connection over to the keeper, with what it has sent so far: `connect`, and what came since. */
  carry(connection: Connection, link: Link, connect: Buffer): void {
    connection.hold();
    // The chunk that the CONNECT came in has to be over: what follows in it is kept for now.
    queueMicrotask(() => {
      if (connection.state !== 'connecting') return;
      this.#core.bounds.gate.leave(connection.peer);
      const stream = ++this.#last;
      link.control({ kind: 'carry', stream, peer: carriedPeer(connection.peer) });
      const far = this.#open(link, stream);
      far.write(connect);
      const rest = connection.surrender((chunk) => {
        // The transport may read into the same memory again and again.
        if (!far.write(Buffer.from(chunk))) connection.transport.pause();
      });
      if (rest.length > 0) far.write(rest);
      join(connection.transport, far);
    });
  }

  /** Another worker hands a connection over. */
  received(link: Link, stream: number, peer: CarriedPeer): void {
    const { der, ...known } = peer;
    const certificate = der === undefined ? undefined : Buffer.from(der, 'base64');
    const far = this.#open(link, stream);
    this.#accept(
      far,
      certificate === undefined ? known : { ...known, certificate: () => new X509Certificate(certificate) },
    );
  }

  bytes(link: Link, stream: number, bytes: Buffer): void {
    this.#streams.get(link)?.get(stream)?.arrived(bytes);
  }

  control(link: Link, message: CarriedMessage): void {
    const stream = this.#streams.get(link)?.get(message.stream);
    if (message.kind === 'carried-taken') stream?.taken(message.count);
    else if (message.kind === 'carried-end') stream?.ended();
    else stream?.gone();
  }

  lost(link: Link): void {
    for (const stream of [...(this.#streams.get(link)?.values() ?? [])]) stream.destroy();
    this.#streams.delete(link);
  }

  #open(link: Link, stream: number): CarriedStream {
    const streams = this.#streams.get(link) ?? new Map<number, CarriedStream>();
    this.#streams.set(link, streams);
    const opened = new CarriedStream(link, stream, () => streams.delete(stream));
    streams.set(stream, opened);
    return opened;
  }
}

function carriedPeer({ certificate, ...peer }: Peer): CarriedPeer {
  const der = certificate?.()?.raw.toString('base64');
  return der === undefined ? peer : { ...peer, der };
}

/** What the far end reads the near one writes, with back-pressure; whichever breaks takes the other along. */
function join(near: Duplex, far: CarriedStream): void {
  near.on('end', () => far.end());
  near.on('close', () => far.destroy());
  far.on('drain', () => near.resume());
  far.on('data', (chunk: Buffer) => {
    if (!near.write(chunk)) far.pause();
  });
  far.on('end', () => near.end());
  far.on('close', () => near.destroy());
  near.on('drain', () => far.resume());
  if (near.destroyed) far.destroy();
  else near.resume();
}
