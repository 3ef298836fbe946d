import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Ring, ringBytes } from '../../src/mesh/ring.ts';
import { RingStream } from '../../src/mesh/ring-stream.ts';

const bytes = new Uint8Array(ringBytes);

describe('a ring', () => {
  it('gives out what was written, in order and nothing else, however it wraps', () => {
    const sizes = fc.array(fc.tuple(fc.integer({ min: 0, max: 200_000 }), fc.boolean()), { maxLength: 40 });
    fc.assert(
      fc.property(sizes, (steps) => {
        const memory = Ring.memory();
        const [writer, reader] = [new Ring(memory), new Ring(memory)];
        let next = 0;
        let expected = 0;
        const readAll = (): void => {
          for (const byte of bytes.subarray(0, reader.read(bytes))) {
            if (byte !== expected % 251) throw new Error(`${byte} at ${expected}`);
            expected++;
          }
        };
        for (const [size, reads] of steps) {
          const chunk = Uint8Array.from({ length: size }, (_, index) => (next + index) % 251);
          next += writer.write(chunk, 0);
          expect(next - expected).toBeLessThanOrEqual(ringBytes);
          if (reads) readAll();
        }
        readAll();
        expect(expected).toBe(next);
        expect(reader.read(bytes)).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it('tells the one side when to wake the other, once', () => {
    const memory = Ring.memory();
    const [writer, reader] = [new Ring(memory), new Ring(memory)];
    expect(writer.write(new Uint8Array(8), 0)).toBe(8);
    expect(writer.isReaderAsleep()).toBe(true);
    expect(writer.isReaderAsleep()).toBe(false);
    expect(writer.write(new Uint8Array(ringBytes), 0)).toBe(ringBytes - 16 - 8);
    expect(writer.hasRoomAfterAll()).toBe(false);
    expect(reader.read(bytes)).toBe(ringBytes - 16);
    expect(reader.isWriterWaiting()).toBe(true);
    expect(reader.read(bytes)).toBe(0);
    writer.write(new Uint8Array(1), 0);
    expect(writer.isReaderAsleep()).toBe(true);
  });
});

// It sends back what it gets, a byte more each.
const echo = `
  const { workerData, parentPort } = require('node:worker_threads');
  import(workerData.program).then(({ RingStream }) => {
    const stream = new RingStream(workerData.port, workerData.out, workerData.incoming);
    stream.on('data', (chunk) => stream.write(chunk.map((byte) => byte + 1)));
    stream.on('end', () => stream.end());
  });
`;

it('a stream over two rings brings everything to another thread and back, many times their size, and ends', async () => {
  const { port1, port2 } = new MessageChannel();
  const [there, back] = [Ring.memory(), Ring.memory()];
  const program = new URL('../../src/mesh/ring-stream.ts', import.meta.url).href;
  const workerData = { program, port: port2, out: back, incoming: there };
  const worker = new Worker(echo, { eval: true, workerData, transferList: [port2] });
  onTestFinished(() => worker.terminate().then(() => undefined));
  const stream = new RingStream(port1, there, back);
  const size = 20 * ringBytes;
  let arrived = 0;
  stream.on('data', (chunk: Buffer) => {
    for (const byte of chunk) {
      if (byte !== (((arrived % 251) + 1) & 0xff)) throw new Error(`${byte} at ${arrived}`);
      arrived++;
    }
  });
  const ended = once(stream, 'end');
  for (let sent = 0; sent < size; ) {
    const length = Math.min(size - sent, 1 + ((sent * 7) % 100_000));
    const chunk = Buffer.from(Uint8Array.from({ length }, (_, index) => (sent + index) % 251));
    sent += length;
    if (!stream.write(chunk)) await once(stream, 'drain');
  }
  stream.end();
  await ended;
  expect(arrived).toBe(size);
});
