import type { Duplex } from 'node:stream';
import type { Standing } from '@kiten/trust';
import {
  carriesReasonCode,
  type MqttVersion,
  noProperties,
  type Packet,
  type Properties,
  reasonCodes,
} from '@kiten/wire';
import { Answers } from './answers.ts';
import type { Authentication } from './authentication.ts';
import type { Core } from './core.ts';
import { DecisionCache } from './decision-cache.ts';
import { drain } from './delivery.ts';
import type { Admission, DeviceRecord } from './device-record.ts';
import { type Place, placeOf } from './evidence/place.ts';
import { guarded } from './fault.ts';
import { encodeWithin } from './fitting.ts';
import { Inbound } from './inbound.ts';
import type { AdmissionJudgement } from './judge.ts';
import { Output } from './outbox.ts';
import type { Peer } from './peer.ts';
import type { RetainedReplay } from './retained-replay.ts';
import type { Session } from './session.ts';
import { leaveSession } from './session-store.ts';
import { IncomingAliases, type OutgoingAliases } from './topic-aliases.ts';
import type { Will } from './wills.ts';

/** Between chunks of one turn of the loop: at full load a turn is long, and a fall must not wait for its end. */
const pollInterval = 1;

function hasEnded(state: Connection['state']): boolean {
  return state === 'closing' || state === 'closed';
}

/**
 * One client connection: `connecting` until its CONNECT is accepted, `open`, `closing` once we said goodbye and only
 * wait for the peer to do the same, `closed`.
 */
export class Connection {
  readonly core: Core;
  readonly transport: Duplex;
  readonly peer: Peer;
  readonly place: Place | undefined;
  /** Nobody yet on a port that asks for a password, until its CONNECT. */
  device: DeviceRecord;
  /** Names the password that let it in, if one did. */
  credential: string | undefined;
  readonly output: Output;
  readonly cache: DecisionCache;
  readonly answers: Answers;
  state: 'connecting' | 'open' | 'closing' | 'closed' = 'connecting';
  version: MqttVersion = 4;
  clientId = '';
  admission: Admission = 'none';
  /** How far policy would let it in, and why no further, if its group did not observe. */
  judged: AdmissionJudgement | undefined;
  /** The device's standing at CONNECT. */
  standing: Standing = 'admitted';
  /** The largest packet the client takes. */
  maximumPacketSize = Number.POSITIVE_INFINITY;
  /** Set if the client allows topic aliases. */
  aliases: OutgoingAliases | undefined;
  readonly incomingAliases: IncomingAliases;
  /** Whether reason strings may be sent with anything but CONNACK and DISCONNECT [MQTT-3.1.2-29]. */
  problemInformation = true;
  /** Milliseconds of silence after which the client counts as gone; 0 for never. */
  patience = 0;
  will: Will | undefined;
  openedAt: number;
  lastPacketAt: number;
  /** When to give up waiting, while connecting or closing. */
  deadline: number;
  /** What the client named in its CONNECT, and what it is about at present. */
  authenticationMethod: string | undefined;
  authentication: Authentication | undefined;
  /** Retained messages on their way to the client with QoS 0. */
  replay: RetainedReplay | undefined;
  /** It is not read from at the moment, so that others catch up. */
  isPaused = false;
  /** Evidence waits for a sign of life from this connection. */
  isWatched = false;
  readonly #inbound = new Inbound();
  #heir: ((chunk: Buffer) => void) | undefined;
  #holds = 0;
  #session: Session | undefined;
  #hasLeft = false;

  constructor(core: Core, transport: Duplex, peer: Peer, device: DeviceRecord) {
    this.core = core;
    this.transport = transport;
    this.peer = peer;
    this.place = placeOf(peer.address);
    this.device = device;
    this.output = new Output(core.outbox, transport, core.limits.outboundBytes);
    this.cache = new DecisionCache(core.limits.cachedDecisions);
    this.incomingAliases = new IncomingAliases(core.limits.topicAliases);
    this.answers = new Answers(core, this);
    this.output.relieved = () => guarded(this, () => this.#relieved());
    this.openedAt = core.now;
    this.lastPacketAt = core.now;
    this.deadline = core.now + core.limits.connectTimeout;
    core.statistics.sockets++;
    core.connections.add(this);
    device.connections.add(this);
  }

  get isOpen(): boolean {
    return this.state === 'open';
  }

  /** Only after CONNECT. */
  get session(): Session {
    return this.#session as Session;
  }

  set session(session: Session) {
    this.#session = session;
  }

  get hasSession(): boolean {
    return this.#session !== undefined;
  }

  /** Takes bytes in. They are used during the call only. */
  receive(chunk: Buffer): void {
    if (hasEnded(this.state)) {
      this.#heir?.(chunk);
      return;
    }
    const { core } = this;
    this.lastPacketAt = core.observe();
    if (core.now - core.polledAt >= pollInterval) {
      core.polledAt = core.now;
      core.options.poll();
      if (hasEnded(this.state)) return;
    }
    core.statistics.bytesIn += chunk.length;
    core.pressure.begin();
    this.#inbound.take(this, chunk);
    core.pressure.settle(this);
    if (this.isWatched && this.state === 'open') core.overlap.signOfLife(this, core.now);
  }

  /** Whether nothing more is taken in until an answer is there. */
  get isHeld(): boolean {
    return this.#holds > 0;
  }

  /** What arrives from now on waits, until it is released as often as it was held. */
  hold(): void {
    this.#holds++;
    this.transport.pause();
  }

  /** Goes on with what waits. */
  release(): void {
    this.#holds--;
    if (this.#holds > 0 || hasEnded(this.state)) return;
    this.#inbound.take(this, Buffer.alloc(0));
    if (!this.isHeld && !this.isPaused) this.transport.resume();
  }

  /**
   * Gives the transport away, to be served by another worker: nothing more is done with it here, but that `heir` gets
   * what still comes, for the time of the call. @returns what came and was not looked at
   */
  surrender(heir: (chunk: Buffer) => void): Buffer {
    this.#heir = heir;
    const rest = this.#inbound.rest();
    this.output.close();
    this.#hasLeft = true;
    this.#forget();
    return rest;
  }

  /** From now on it is this device's, by a password that has this name. */
  identify(device: DeviceRecord, credential: string | undefined): void {
    this.device.connections.delete(this);
    this.device = device;
    this.credential = credential;
    device.connections.add(this);
  }

  /** Puts a packet into the output of this turn; says whether the client takes one of its size. */
  write(packet: Packet): boolean {
    const bytes = encodeWithin(packet, this.version, this.maximumPacketSize);
    if (bytes === undefined) return false;
    this.core.statistics.controlOut++;
    this.output.append(bytes, 0, bytes.length);
    return true;
  }

  /** A reason string, if the client wants any. */
  reason(text: string): Properties {
    return this.version === 5 && this.problemInformation ? { reasonString: text } : noProperties;
  }

  /** Ends the connection because of what the client did; its will is published. */
  fail(reasonCode: number, text: string, cause: string): void {
    if (this.state === 'connecting') {
      this.core.refusals.note(
        {
          kind: 'connect-refused',
          code: `gateway/${cause}`,
          message: text,
          address: this.peer.address,
          device: this.peer.device,
        },
        this.core.now,
      );
    }
    this.end(cause, reasonCode, text);
  }

  /**
   * Says goodbye (version 5, to a client that was let in [MQTT-3.14.0-1]) and waits, bounded, for the other side to
   * close too. Nothing follows [MQTT-3.14.4-1] [MQTT-3.14.4-2].
   */
  end(cause: string, reasonCode?: number, text?: string): void {
    if (hasEnded(this.state)) return;
    const goodbye = this.state === 'open' && this.version === 5 && reasonCode !== undefined;
    if (goodbye)
      this.write({
        type: 'disconnect',
        // What is wrong with a CONNECT only is, after it, a protocol error.
        reasonCode: carriesReasonCode('disconnect', 5, reasonCode) ? reasonCode : reasonCodes.protocolError,
        properties: text === undefined ? {} : { reasonString: text },
      });
    this.output.flush();
    this.#leave(cause);
    this.state = 'closing';
    this.deadline = this.core.now + this.core.limits.closeTimeout;
    this.transport.end();
  }

  /**
   * Ends it at once, whatever the peer does: what was not sent is dropped, the reason goes out if the transport takes
   * it now, and the transport is destroyed within this call.
   */
  sever(text: string): void {
    if (this.state === 'closed') return;
    const isTold = this.state === 'open' && this.version === 5 && this.transport.writableLength === 0;
    this.output.close();
    if (isTold) {
      const goodbye = { type: 'disconnect', reasonCode: reasonCodes.notAuthorized } as const;
      const properties = { reasonString: text };
      const bytes = encodeWithin({ ...goodbye, properties }, 5, this.maximumPacketSize);
      if (bytes !== undefined) this.transport.write(bytes);
    }
    this.transport.destroy();
    this.#leave('severed');
    this.#forget();
  }

  /** The peer has sent all it will: it gets what is on its way to it, and no more. */
  ended(): void {
    if (this.state === 'closing') this.lost();
    else this.end('connection-lost');
  }

  /** The transport is gone. */
  lost(): void {
    if (this.state === 'closed') return;
    this.output.close();
    this.transport.destroy();
    this.#leave('connection-lost');
    this.#forget();
  }

  /** The client takes what it is sent again. */
  #relieved(): void {
    this.core.pressure.relieve(this);
    if (this.isOpen && this.session.queued > 0) drain(this.core, this.session);
  }

  #forget(): void {
    this.state = 'closed';
    this.core.connections.delete(this);
    this.device.connections.delete(this);
    this.core.overlap.closed(this, this.core.now);
  }

  /** Parts from the session, once. */
  #leave(cause: string): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#inbound.discard();
    this.cache.clear();
    this.answers.drop();
    this.authentication?.exchange.abandon?.();
    this.core.pressure.forget(this);
    if (this.#session === undefined) return;
    leaveSession(this.core, this);
    this.core.mesh?.forget(this);
    const { clientId, device } = this;
    this.core.emit({ kind: 'session-closed', device: device.id, clientId, cause, at: this.core.now });
  }
}
