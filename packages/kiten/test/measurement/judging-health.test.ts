import { manualClock } from '@kiten/codec';
import type { RecordedEvent } from '@kiten/trust';
import pino from 'pino';
import { expect, it } from 'vitest';
import { JudgingHealth } from '../../src/site/measurement/judging-health.ts';
import { Pauses } from '../../src/site/measurement/pauses.ts';

const start = Date.UTC(2030, 0, 1);

it('the account of judging says since when and why nobody judges, and what was missed, in the log and as warnings', async () => {
  const clock = manualClock(start);
  const log: RecordedEvent[] = [];
  const health = new JudgingHealth({
    journal: { record: async (event) => void log.push(event) },
    hub: { publish: () => undefined },
    logger: pino({ enabled: false }),
    clock,
  });
  expect(health.warnings()).toEqual([]);
  health.ended(new Error('out of memory'), 1000);
  clock.advance(1000);
  health.ended(new Error('out of memory again'), 2000);
  expect(health.warnings()).toEqual([
    expect.objectContaining({ message: expect.stringContaining('since 2030-01-01T00:00:00Z') }),
  ]);
  clock.advance(2000);
  health.resumed();
  health.missed(7);
  health.missed(3);
  await health.stop();
  expect(log.map(({ type, data }) => [type, data])).toEqual([
    ['judging/stopped', { problem: 'out of memory', seconds: 1 }],
    ['judging/stopped', { problem: 'out of memory again', seconds: 2 }],
    ['judging/resumed', { seconds: 3 }],
    ['judging/missed', { messages: 10, since: start + 3000 }],
  ]);
  expect(health.warnings().map(({ code }) => code)).toEqual(['kiten/readings-unjudged']);
  clock.advance(3_600_000);
  expect(health.warnings()).toEqual([]);
  expect(health.state.missed).toBe(10);
});

it('what keeps ending is started anew later each time, and at once after it has lasted', () => {
  const pauses = new Pauses();
  const ended = Array.from({ length: 8 }, (_, at) => {
    pauses.begun(at * 1000);
    return pauses.ended(at * 1000 + 500);
  });
  expect(ended).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1000));
  pauses.begun(100_000);
  expect(pauses.ended(100_000 + 61_000)).toBe(1000);
});
