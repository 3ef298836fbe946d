import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GatewayEvent } from '../src/index.ts';
import type { GatewayReport } from '../src/worker-messages.ts';
import { WorkerReports } from '../src/worker-reports.ts';

const closed = (clientId: string): GatewayEvent => ({
  kind: 'session-closed',
  device: 'pump-1',
  clientId,
  cause: 'disconnected',
  at: 1,
});
const applied = (sequence: number): GatewayEvent => ({ kind: 'applied', sequence });

function reporting() {
  const posted: GatewayReport[] = [];
  return { posted, reports: new WorkerReports((report) => posted.push(report)) };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('what a gateway worker tells', () => {
  it('are the sessions of a moment together, once', () => {
    const { posted, reports } = reporting();
    for (const name of ['a', 'b', 'c']) reports.emit(closed(name));
    expect(posted).toEqual([]);
    vi.runAllTimers();
    expect(posted).toEqual([{ kind: 'events', events: ['a', 'b', 'c'].map(closed) }]);
    vi.runAllTimers();
    reports.emit(closed('d'));
    vi.runAllTimers();
    expect(posted.slice(1)).toEqual([{ kind: 'events', events: [closed('d')] }]);
  });

  it('is told at once if it is something else, and after the sessions before it', () => {
    const { posted, reports } = reporting();
    reports.emit(closed('a'));
    reports.emit(applied(7));
    expect(posted).toEqual([{ kind: 'events', events: [closed('a'), applied(7)] }]);
    reports.emit(closed('b'));
    reports.send({ kind: 'abandoned', exchange: 3 });
    expect(posted.slice(1)).toEqual([
      { kind: 'events', events: [closed('b')] },
      { kind: 'abandoned', exchange: 3 },
    ]);
    vi.runAllTimers();
    expect(posted).toHaveLength(3);
  });
});
