// An attack that a client has to withstand: refused with a code of its own, and neither what the client trusts nor what
// lies in its slot is written. Each has the number of its class in the list of the design.
import { describe, expect, it } from 'vitest';
import type { FetchFile } from '../../../src/index.ts';
import { type Fixture, settledClient } from '../../support/fixture.ts';
import { now } from '../../support/simulator.ts';

describe('6 slow retrieval', () => {
  /** Each piece of one octet takes `milliseconds`. */
  const dripping = (fixture: Fixture, milliseconds: number): FetchFile => {
    return async (url, signal) => {
      const { status, body } = await fixture.repository.fetch(url, signal);
      const drops = async function* () {
        for await (const piece of body) {
          for (const octet of piece) {
            fixture.clock.advance(milliseconds);
            yield Uint8Array.of(octet);
          }
        }
      };
      return { status, body: drops() };
    };
  };

  it('drop by drop, below the least rate', async () => {
    const fixture = await settledClient();
    fixture.repository.publish('timestamp');
    fixture.options = { fetch: dripping(fixture, 1000) };
    await fixture.refuses(() => fixture.refresh(), 'update/retrieval-slow');
  });

  it('fast at first and slow then: the rate is that of each window', async () => {
    const fixture = await settledClient();
    const { repository } = fixture;
    repository.addTarget('targets', 'pump/firmware.bin', 'x'.repeat(50_000));
    repository.publishTargets('targets');
    await fixture.refresh();
    let sent = 0;
    fixture.options = {
      fetch: async (url, signal) => {
        const { status, body } = await repository.fetch(url, signal);
        const pieces = async function* () {
          for await (const piece of body) {
            sent += piece.length;
            if (sent > 40_000) fixture.clock.advance(10_000);
            yield piece;
          }
        };
        return { status, body: pieces() };
      },
    };
    await fixture.refuses(() => fixture.download('pump/firmware.bin'), 'update/retrieval-slow');
    expect(sent).toBeGreaterThan(40_000);
  });

  it('fast enough, and yet not done by the deadline', async () => {
    const fixture = await settledClient();
    fixture.repository.publish('timestamp');
    fixture.limits = { minimumRate: 1, metadataDeadline: 30_000 };
    fixture.options = { fetch: dripping(fixture, 100) };
    await fixture.refuses(() => fixture.refresh(), 'update/retrieval-deadline');
  });

  it('an answer that never comes', async () => {
    const fixture = await settledClient();
    let given: AbortSignal | undefined;
    fixture.limits = { metadataDeadline: 40 };
    fixture.options = {
      clock: { now: () => now + performance.now() },
      fetch: (_, signal) => {
        given = signal;
        return new Promise(() => undefined);
      },
    };
    await fixture.refuses(() => fixture.refresh(), 'update/retrieval-deadline');
    expect(given?.aborted).toBe(true);
  });

  it('an answer that stops in the middle', async () => {
    const fixture = await settledClient();
    fixture.limits = { rateWindow: 30 };
    const body = async function* () {
      yield Uint8Array.of(0x7b);
      await new Promise(() => undefined);
    };
    fixture.options = {
      clock: { now: () => now + performance.now() },
      fetch: async () => ({ status: 200, body: body() }),
    };
    await fixture.refuses(() => fixture.refresh(), 'update/retrieval-slow');
  });
});
