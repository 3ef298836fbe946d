import { MqttError, reasonCodes } from '@kiten/wire';
import type { Connection } from './connection.ts';
import { onPacket, onPuback } from './control.ts';
import { type CachedDecision, hashTopic } from './decision-cache.ts';
import { guarded, reportFault } from './fault.ts';
import { forwardQos1, forwardRun } from './quick-way.ts';
import { stillHolds } from './still-holds.ts';

const publishQos0 = 0x30;
const publishQos1 = 0x32;
const duplicate = 0x08;
const puback = 0x40;

/**
 * Cuts what arrives into packets. Chunks are used in place; only a packet that is not complete yet is copied, into
 * a buffer that grows as its bytes arrive, never because of what its header announces.
 */
export class Inbound {
  #pending: Buffer | undefined;
  #pendingLength = 0;

  take(connection: Connection, chunk: Buffer): void {
    if (connection.isHeld) {
      this.#hold(connection, chunk);
      return;
    }
    let bytes = chunk;
    let length = chunk.length;
    if (this.#pending !== undefined) {
      this.#append(chunk);
      bytes = this.#pending;
      length = this.#pendingLength;
    }
    const used = scanSafely(connection, bytes, length);
    if (connection.state === 'closing' || connection.state === 'closed') this.discard();
    else this.#keep(bytes, used, length);
  }

  /** Bounded, since the transport was told to wait. */
  #hold(connection: Connection, chunk: Buffer): void {
    if (this.#pendingLength + chunk.length > connection.core.limits.packetSize) {
      connection.fail(reasonCodes.packetTooLarge, 'Too much was sent before an answer.', 'held-too-much');
      return;
    }
    if (this.#pending === undefined) this.#keep(chunk, 0, chunk.length);
    else this.#append(chunk);
  }

  /** What came and was not looked at; it is not looked at any more. */
  rest(): Buffer {
    const rest = Buffer.from(this.#pending?.subarray(0, this.#pendingLength) ?? []);
    this.discard();
    return rest;
  }

  discard(): void {
    this.#pending = undefined;
    this.#pendingLength = 0;
  }

  #append(chunk: Buffer): void {
    const needed = this.#pendingLength + chunk.length;
    let pending = this.#pending as Buffer;
    if (needed > pending.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, pending.length * 2));
      pending.copy(larger, 0, 0, this.#pendingLength);
      pending = larger;
    }
    chunk.copy(pending, this.#pendingLength);
    this.#pending = pending;
    this.#pendingLength = needed;
  }

  #keep(bytes: Buffer, used: number, length: number): void {
    if (used === length) {
      this.discard();
    } else if (bytes === this.#pending) {
      bytes.copyWithin(0, used, length);
      this.#pendingLength = length - used;
    } else {
      this.#pending = Buffer.from(bytes.subarray(used, length));
      this.#pendingLength = length - used;
    }
  }
}

/** A malformed packet or protocol error ends the connection [MQTT-4.13.1-1] (3.1.1: [MQTT-4.8.0-1]). */
function scanSafely(connection: Connection, bytes: Buffer, length: number): number {
  try {
    return scan(connection, bytes, length);
  } catch (error) {
    if (!(error instanceof MqttError)) {
      reportFault(connection, error);
      return length;
    }
    guarded(connection, () =>
      connection.fail(error.reasonCode, error.message, error.code.replace('wire/', '')),
    );
    return length;
  }
}

/**
 * Goes through the packets of a chunk, in the order in which they came; returns how many bytes of it were used.
 * What answers them is written in that order, too (3.1.1: [MQTT-4.6.0-2] [MQTT-4.6.0-3] [MQTT-4.6.0-4]).
 */
function scan(connection: Connection, bytes: Buffer, length: number): number {
  const { core } = connection;
  let offset = 0;
  // Messages in a row that go the same way are passed on in one piece: from here, so many, none larger.
  let run: CachedDecision | undefined;
  let runStart = 0;
  let runCount = 0;
  let runLargest = 0;
  packets: while (length - offset >= 2) {
    let body = offset + 1;
    let byte = bytes[body++] as number;
    let remaining = byte & 0x7f;
    for (let shift = 7; byte >= 0x80; shift += 7) {
      if (shift === 28)
        throw new MqttError('wire/mqtt-remaining-length', 'The remaining length exceeds four bytes.');
      if (body >= length) break packets;
      byte = bytes[body++] as number;
      remaining |= (byte & 0x7f) << shift;
    }
    const end = body + remaining;
    requireAcceptable(connection, end - offset, byte === 0 && body > offset + 2);
    if (end > length) break;
    const header = bytes[offset] as number;
    const isQos1 = (header & ~duplicate) === publishQos1;

    if ((header === publishQos0 || isQos1) && connection.isOpen && remaining > 5) {
      const topicStart = body + 2;
      const topicEnd = topicStart + (((bytes[body] as number) << 8) | (bytes[body + 1] as number));
      const decision = knownDecision(connection, bytes, topicStart, topicEnd, end, isQos1);
      if (decision !== undefined && !decision.hasRules && stillHolds(core, decision, connection.device)) {
        if (!isQos1) {
          if (run !== decision) {
            if (run !== undefined) forwardRun(connection, run, bytes, runStart, offset, runCount, runLargest);
            run = decision;
            runStart = offset;
            runCount = 0;
            runLargest = 0;
          }
          runCount++;
          if (end - offset > runLargest) runLargest = end - offset;
        } else {
          if (run !== undefined) forwardRun(connection, run, bytes, runStart, offset, runCount, runLargest);
          run = undefined;
          forwardQos1(connection, decision, bytes, offset, body, topicEnd, end);
        }
        if (!connection.isOpen) return length;
        offset = end;
        continue;
      }
    }
    if (run !== undefined) {
      forwardRun(connection, run, bytes, runStart, offset, runCount, runLargest);
      run = undefined;
      if (!connection.isOpen) return length;
    }
    if (header === puback && remaining === 2 && connection.isOpen) {
      onPuback(core, connection, ((bytes[body] as number) << 8) | (bytes[body + 1] as number));
    } else onPacket(connection, header, bytes.subarray(body, end));
    if (connection.state !== 'open' && connection.state !== 'connecting') return length;
    offset = end;
    if (connection.isHeld) return offset;
  }
  if (run !== undefined) forwardRun(connection, run, bytes, runStart, offset, runCount, runLargest);
  return offset;
}

/** The decision for a PUBLISH without properties to a topic that was decided before. */
function knownDecision(
  connection: Connection,
  bytes: Buffer,
  topicStart: number,
  topicEnd: number,
  end: number,
  isQos1: boolean,
): CachedDecision | undefined {
  const idEnd = isQos1 ? topicEnd + 2 : topicEnd;
  const payload = connection.version === 5 ? idEnd + 1 : idEnd;
  // In version 5 an empty set of properties is one zero.
  if (payload > end || (payload !== idEnd && bytes[idEnd] !== 0)) return undefined;
  // Identifier 0 is for the decoder to refuse [MQTT-2.2.1-3].
  if (isQos1 && ((bytes[topicEnd] as number) | (bytes[topicEnd + 1] as number)) === 0) return undefined;
  return connection.cache.find(bytes, topicStart, topicEnd, hashTopic(bytes, topicStart, topicEnd), false);
}

/** Judges a packet by its size before its body is waited for. */
function requireAcceptable(connection: Connection, size: number, isPadded: boolean): void {
  const { limits } = connection.core;
  if (size > (connection.isOpen ? limits.packetSize : limits.connectPacketSize)) {
    throw new MqttError('wire/mqtt-packet-too-large', 'The packet is larger than this server accepts.'); // [MQTT-3.2.2-15]
  }
  // [MQTT-1.5.5-1]
  if (isPadded && connection.version === 5) {
    throw new MqttError('wire/mqtt-remaining-length', 'The remaining length is not minimal.');
  }
}
