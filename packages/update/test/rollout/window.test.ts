import { describe, expect, it } from 'vitest';
import { isWindowOpen, type MaintenanceWindow, windowOpensAt } from '../../src/index.ts';

const everyDay = [0, 1, 2, 3, 4, 5, 6];
const at = (text: string) => Date.parse(text);
const night = (zone: string, days: readonly number[] = everyDay): MaintenanceWindow => ({
  days,
  from: 22 * 60,
  to: 5 * 60,
  zone,
});

describe('a maintenance window', () => {
  it('is open in the local time of its place', () => {
    // 22:00 in Tokyo is 13:00 UTC.
    expect(isWindowOpen([night('Asia/Tokyo')], at('2026-11-26T12:59:59Z'))).toBe(false);
    expect(isWindowOpen([night('Asia/Tokyo')], at('2026-11-26T13:00:00Z'))).toBe(true);
    expect(isWindowOpen([night('Asia/Tokyo')], at('2026-11-26T19:59:59Z'))).toBe(true);
    expect(isWindowOpen([night('Asia/Tokyo')], at('2026-11-26T20:00:00Z'))).toBe(false);
  });

  it('belongs to the day on which it opens, past midnight too', () => {
    const saturday = night('UTC', [6]);
    expect(isWindowOpen([saturday], at('2026-11-28T22:00:00Z'))).toBe(true);
    expect(isWindowOpen([saturday], at('2026-11-29T04:59:00Z'))).toBe(true);
    expect(isWindowOpen([saturday], at('2026-11-28T04:59:00Z'))).toBe(false);
    expect(isWindowOpen([saturday], at('2026-11-29T22:00:00Z'))).toBe(false);
  });

  it('is one of several, and none means always', () => {
    const noon: MaintenanceWindow = { days: everyDay, from: 720, to: 735, zone: 'UTC' };
    expect(isWindowOpen([night('UTC'), noon], at('2026-11-26T12:05:00Z'))).toBe(true);
    expect(isWindowOpen([], 0)).toBe(true);
    expect(windowOpensAt([], 7)).toBe(7);
  });

  it('says to the minute when it opens next', () => {
    expect(windowOpensAt([night('Asia/Tokyo')], at('2026-11-26T20:00:00Z'))).toBe(at('2026-11-27T13:00:00Z'));
    const odd: MaintenanceWindow = { days: [3], from: 67, to: 82, zone: 'UTC' };
    expect(windowOpensAt([odd], at('2026-11-26T20:00:31Z'))).toBe(at('2026-12-02T01:07:00Z'));
    expect(windowOpensAt([odd], at('2026-12-02T01:10:00Z'))).toBe(at('2026-12-02T01:10:00Z'));
  });

  // Berlin: on 2026-03-29 02:00 becomes 03:00, on 2026-10-25 03:00 becomes 02:00.
  it('goes with the clocks when they change: a time that is skipped does not come, one that comes twice is open twice', () => {
    const two: MaintenanceWindow = { days: everyDay, from: 120, to: 180, zone: 'Europe/Berlin' };
    expect(windowOpensAt([two], at('2026-03-28T02:30:00Z'))).toBe(at('2026-03-30T00:00:00Z'));
    expect(isWindowOpen([two], at('2026-10-25T00:30:00Z'))).toBe(true);
    expect(isWindowOpen([two], at('2026-10-25T01:30:00Z'))).toBe(true);
    expect(isWindowOpen([two], at('2026-10-25T02:30:00Z'))).toBe(false);
  });

  it('that never opens within a week says so', () => {
    expect(windowOpensAt([{ days: [], from: 0, to: 60, zone: 'UTC' }], 0)).toBeUndefined();
  });
});
