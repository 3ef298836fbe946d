import type { Duplex } from 'node:stream';
import { encodePacket } from '@kiten/wire';
import type { Core } from '../core.ts';
import { tellFault } from '../fault.ts';
import { type Message, publishPacket } from '../message.ts';
import { Output } from '../outbox.ts';
import type { Source } from '../run.ts';
import { Session } from '../session.ts';
import type { AskedOutcome } from './asked.ts';
import { type FrameKind, FrameReader, frameHeader, frameKinds } from './frame.ts';
import type { LinkMessage, MessageHead } from './link-message.ts';

/** What is done with the messages that come over a link. */
export interface MessageHandler {
  run(link: Link, origin: number, packets: Buffer, count: number, largest: number): void;
  packet(link: Link, origin: number, packet: Buffer): void;
  message(link: Link, head: MessageHead, packet: Buffer): void;
}

/** What is done with all else. */
export interface LinkHandler {
  control(link: Link, message: LinkMessage): void;
  carried(link: Link, stream: number, bytes: Buffer): void;
  lost(link: Link): void;
}

/**
 * The way to another worker and back: one stream of frames in each direction, in order, gathered during a turn of the
 * loop and written at once, as to a client.
 */
export class Link {
  readonly peer: number;
  readonly output: Output;
  /** Stands for the other worker's members in groups. */
  readonly session: Session;
  isLost = false;
  /** The other worker has told what it had when the link began. */
  isSynced = false;
  /** The other worker has a store. */
  isKeeping = false;
  /** Up to which of our interests it knows them. */
  noted = 0;
  /** Of the other worker's interests, the last that was told. */
  heard = 0;
  #isHeardTold = true;
  readonly #core: Core;
  readonly #transport: Duplex;
  readonly #handler: LinkHandler;
  readonly #messages: MessageHandler;
  readonly #reader = new FrameReader();
  readonly #origins = new Map<Source, number>();
  #lastOrigin = 0;
  readonly #tickets = new Map<number, (outcome: AskedOutcome) => void>();
  #lastTicket = 0;

  constructor(core: Core, peer: number, transport: Duplex, handler: LinkHandler, messages: MessageHandler) {
    this.#core = core;
    this.peer = peer;
    this.#transport = transport;
    this.#handler = handler;
    this.#messages = messages;
    this.session = new Session(`\0worker/${peer}`, core.broker, 1, this);
    this.output = new Output(core.outbox, transport, core.limits.outboundBytes);
    this.output.relieved = () => core.pressure.relieve(this);
    transport.on('data', (chunk: Buffer) => this.#take(chunk));
    transport.on('error', () => undefined);
    transport.on('close', () => this.lose());
  }

  /** Passes QoS 0 packets of a client on as they came: so many, all of them plain and to one topic. */
  run(source: Source, bytes: Buffer, start: number, end: number, count: number, largest: number): void {
    this.#begin(frameKinds.run, this.originOf(source), end - start + 8);
    const slab = this.output.reserve(8);
    slab.writeUInt32BE(count, this.output.length);
    slab.writeUInt32BE(largest, this.output.length + 4);
    this.output.commit(8);
    this.output.append(bytes, start, end);
    if (this.output.isLagging) this.#core.pressure.noteLink(this);
  }

  /** Passes a plain QoS 1 packet of a client on as it came. */
  packet(source: Source, bytes: Buffer, start: number, end: number): void {
    this.#begin(frameKinds.packet, this.originOf(source), end - start);
    this.output.append(bytes, start, end);
    if (this.output.isLagging) this.#core.pressure.noteLink(this);
  }

  /** Passes a message on by itself. */
  message(message: Message, qos: 0 | 1 | 2, more: Partial<MessageHead> = {}): void {
    const { publisher, clientId, will, expiresAt } = message;
    const head: MessageHead = {
      device: publisher.id,
      clientId,
      ...(will ? { will } : {}),
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...more,
    };
    const delivery = {
      message: { ...message, expiresAt: undefined },
      qos,
      identifiers: undefined,
      note: undefined,
    };
    const packet = publishPacket({ ...delivery, retain: message.retain }, 1, false, 0);
    this.#send(frameKinds.message, Buffer.from(JSON.stringify(head)), encodePacket(packet, 5));
    if (this.output.isLagging) this.#core.pressure.noteLink(this);
  }

  control(message: LinkMessage): void {
    const body = Buffer.from(JSON.stringify(message));
    this.#write(frameKinds.control, body);
  }

  carried(stream: number, bytes: Buffer): void {
    this.#begin(frameKinds.carried, stream, bytes.length);
    this.output.append(bytes, 0, bytes.length);
  }

  /** A ticket for a message that somebody waits for: told once what became of it. */
  ticket(done: (outcome: AskedOutcome) => void): number {
    const ticket = ++this.#lastTicket;
    this.#tickets.set(ticket, done);
    return ticket;
  }

  done(ticket: number, outcome: AskedOutcome): void {
    const done = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    done?.(outcome);
  }

  /** The number under which the other worker knows a publisher. */
  originOf(source: Source): number {
    const known = this.#origins.get(source);
    if (known !== undefined) return known;
    const origin = ++this.#lastOrigin;
    this.#origins.set(source, origin);
    const { device, clientId, version } = source;
    this.control({ kind: 'origin', origin, device: device.id, clientId, version });
    return origin;
  }

  /** A publisher is gone. */
  forget(source: Source): void {
    const origin = this.#origins.get(source);
    if (origin === undefined) return;
    this.#origins.delete(source);
    this.control({ kind: 'origin-gone', origin });
  }

  /** The other worker has told of an interest with that number: that it is known is told when this chunk is over. */
  hear(number: number): void {
    this.heard = number;
    this.#isHeardTold = false;
  }

  /** Ends it from this side, once everything has left. */
  end(): void {
    this.output.flush();
    this.#transport.end();
  }

  /** The other worker is gone, or is not to be heard any more. */
  lose(): void {
    if (this.isLost) return;
    this.isLost = true;
    this.output.close();
    this.#transport.destroy();
    this.#core.observe();
    for (const done of this.#tickets.values()) done('lost');
    this.#tickets.clear();
    this.#core.pressure.relieve(this);
    this.#handler.lost(this);
  }

  #take(chunk: Buffer): void {
    this.#core.observe();
    this.#core.pressure.begin();
    try {
      this.#reader.take(chunk, (kind, body) => this.#guarded(kind, body));
    } catch (error) {
      tellFault(this.#core.emit, error, this.#core.now);
      this.lose();
      return;
    }
    if (this.#isHeardTold || this.isLost) return;
    this.#isHeardTold = true;
    this.control({ kind: 'noted', number: this.heard });
  }

  /** A fault of ours costs the one frame that met it. */
  #guarded(kind: FrameKind, body: Buffer): void {
    if (this.isLost) return;
    try {
      this.#see(kind, body);
    } catch (error) {
      tellFault(this.#core.emit, error, this.#core.now);
    }
  }

  #see(kind: FrameKind, body: Buffer): void {
    switch (kind) {
      case frameKinds.run:
        this.#messages.run(
          this,
          body.readUInt32BE(0),
          body.subarray(12),
          body.readUInt32BE(4),
          body.readUInt32BE(8),
        );
        return;
      case frameKinds.packet:
        this.#messages.packet(this, body.readUInt32BE(0), body.subarray(4));
        return;
      case frameKinds.message: {
        const end = 4 + body.readUInt32BE(0);
        const head = JSON.parse(body.toString('utf8', 4, end)) as MessageHead;
        this.#messages.message(this, head, body.subarray(end));
        return;
      }
      case frameKinds.control:
        this.#handler.control(this, JSON.parse(body.toString()) as LinkMessage);
        return;
      case frameKinds.carried:
        this.#handler.carried(this, body.readUInt32BE(0), body.subarray(4));
    }
  }

  /** A frame that begins with a number. */
  #begin(kind: FrameKind, number: number, size: number): void {
    const slab = this.output.reserve(frameHeader + 4);
    const at = this.output.length;
    slab[at] = kind;
    slab.writeUInt32BE(size + 4, at + 1);
    slab.writeUInt32BE(number, at + frameHeader);
    this.output.commit(frameHeader + 4);
  }

  #send(kind: FrameKind, head: Buffer, rest: Uint8Array): void {
    this.#begin(kind, head.length, head.length + rest.length);
    this.output.append(head, 0, head.length);
    this.output.append(Buffer.from(rest.buffer, rest.byteOffset, rest.length), 0, rest.length);
  }

  #write(kind: FrameKind, body: Buffer): void {
    const slab = this.output.reserve(frameHeader);
    const at = this.output.length;
    slab[at] = kind;
    slab.writeUInt32BE(body.length, at + 1);
    this.output.commit(frameHeader);
    this.output.append(body, 0, body.length);
  }
}
