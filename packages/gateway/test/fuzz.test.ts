import { type Frame, frameAt, reasonCodes } from '@kiten/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FuzzTarget, type Outcome } from './support/fuzz-target.ts';
import { bytesInUse } from './support/heap.ts';
import { mutated, mutations } from './support/mutation.ts';
import { recordedBytes } from './support/recordings.ts';

const isLong = process.env.KITEN_LONG === '1';
const runs = isLong ? 100_000 : 1_500;
/** Milliseconds. */
const patience = isLong ? 3_600_000 : 240_000;
const mebibyte = 1_048_576;

/** Small, so that their bounds are met; no session stays, so that nothing may. */
const limits = { packetSize: 4_096, connectPacketSize: 1_024, retainedMessages: 50, sessionExpiry: 0 };

/** Where bytes are cut into chunks. */
function cut(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = [...new Set([...cuts.map((at) => at % bytes.length), bytes.length])].sort((a, b) => a - b);
  return ends
    .map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
    .filter(({ length }) => length > 0);
}

/** The first packet, whose length takes one or two bytes. */
function connectOf(bytes: Buffer): Buffer {
  const { bodyEnd } = frameAt(bytes, 0, bytes.length, bytes.length) as Frame;
  return bytes.subarray(0, bodyEnd);
}

const cuts = fc.array(fc.nat(), { maxLength: 3 });

describe.each([4, 5] as const)('a recorded session, version %i', (version) => {
  const bytes = recordedBytes(version);
  const other = version === 4 ? 5 : 4;

  /** By a gateway of its own each time: the same bytes, the same answers. */
  async function outcomeOf(chunks: readonly Buffer[]): Promise<Outcome> {
    const target = new FuzzTarget(other, 2);
    const outcome = await target.feed(version, chunks);
    expect(target.faults.splice(0)).toEqual([]);
    return outcome;
  }

  it('is what it claims to be: answered to the end, and heard by others', async () => {
    const { packets, isClosed, cause, heard } = await outcomeOf([bytes]);
    const count = (type: string): number => packets.filter((packet) => packet.type === type).length;
    expect({ isClosed, cause }).toEqual({ isClosed: true, cause: 'disconnected' });
    expect(
      ['connack', 'suback', 'puback', 'pubrec', 'pubrel', 'pubcomp', 'unsuback', 'pingresp'].map(count),
    ).toEqual([1, 3, 4, 1, 1, 1, 1, 1]);
    // To itself each of the 12 once, and once more what is retained; to the witness no more than that.
    expect([count('publish'), heard.length]).toEqual([13, 12]);
  });

  it('has the same outcome split in two at every offset', async () => {
    const whole = await outcomeOf([bytes]);
    for (let at = 1; at < bytes.length; at++)
      expect(await outcomeOf([bytes.subarray(0, at), bytes.subarray(at)]), `at ${at}`).toEqual(whole);
  });

  it('has the same outcome byte by byte', async () => {
    const single = [...bytes].map((byte) => Buffer.of(byte));
    expect(await outcomeOf(single)).toEqual(await outcomeOf([bytes]));
  });

  it(
    'has the same outcome cut anyhow',
    async () => {
      const whole = await outcomeOf([bytes]);
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(), { maxLength: 40 }), async (places) => {
          expect(await outcomeOf(cut(bytes, places))).toEqual(whole);
        }),
        { numRuns: runs / 10, seed: 1 },
      );
    },
    patience,
  );

  it(
    'is answered or refused with a reason if its bytes are changed after CONNECT',
    async () => {
      const target = new FuzzTarget(other, 0, limits);
      const connect = connectOf(bytes);
      const rest = bytes.subarray(connect.length);
      await fc.assert(
        fc.asyncProperty(mutations, cuts, async (changes, places) => {
          const chunks = cut(Buffer.concat([connect, mutated(rest, changes)]), places);
          const { packets, isClosed, cause } = await target.feed(version, chunks);
          const last = packets.at(-1);
          expect(target.faults.splice(0)).toEqual([]);
          expect(packets[0]).toMatchObject({ type: 'connack', reasonCode: 0 });
          if (!isClosed) expect(cause).toBe('connection-lost');
          else if (version === 5 && cause !== 'disconnected' && cause !== 'disconnected-with-will') {
            expect(last).toMatchObject({ type: 'disconnect' });
            expect(Object.values(reasonCodes)).toContain((last as { reasonCode: number }).reasonCode);
          }
          expect(await target.isAlive()).toBe(true);
        }),
        { numRuns: runs, ...(isLong ? {} : { seed: 2 }) },
      );
    },
    patience,
  );

  it(
    'does no harm if any of its bytes are changed',
    async () => {
      const target = new FuzzTarget(other, 0, limits);
      await fc.assert(
        fc.asyncProperty(mutations, cuts, async (changes, places) => {
          await target.feedAny(cut(mutated(bytes, changes), places));
          expect(target.faults.splice(0)).toEqual([]);
          expect(await target.isAlive()).toBe(true);
        }),
        { numRuns: runs, ...(isLong ? {} : { seed: 3 }) },
      );
      // Whoever left has left nothing behind.
      expect(target.gateway.statistics()).toMatchObject({
        connections: 1,
        connected: 1,
        sessions: 1,
        subscriptions: 1,
        queuedMessages: 0,
      });
    },
    patience,
  );
});

it(
  'keeps no memory of what was cut off, changed or refused',
  async () => {
    const target = new FuzzTarget(5, 0, limits);
    const all = fc.sample(fc.tuple(fc.constantFrom(4 as const, 5 as const), mutations, cuts), {
      numRuns: 1_500,
      seed: 4,
    });
    const feedAll = async (): Promise<number> => {
      for (const [version, changes, places] of all)
        await target.feedAny(cut(mutated(recordedBytes(version), changes), places));
      return bytesInUse();
    };
    await feedAll();
    const before = await feedAll();
    const after = await feedAll();
    expect(after - before).toBeLessThan(mebibyte);
  },
  patience,
);

it('takes no memory for what is announced and does not come', async () => {
  const target = new FuzzTarget(5, 0, { packetSize: mebibyte });
  const before = await bytesInUse();
  const clients = Array.from({ length: 300 }, () => target.open(5));
  for (const [index, client] of clients.entries()) {
    client.stream.write(connectOf(recordedBytes(5, `c${index}`)));
    // A PUBLISH of 1,000,000 bytes, of which the first few come.
    client.stream.write(Buffer.from('30c0843d00037462', 'hex'));
  }
  expect(await target.isAlive()).toBe(true);
  expect((await bytesInUse()) - before).toBeLessThan(clients.length * 0.1 * mebibyte);
  for (const client of clients) client.stream.end();
  expect(await target.isAlive()).toBe(true);
  expect(target.gateway.statistics().connections).toBe(1);
});
