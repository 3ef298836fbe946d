import { expect, it } from 'vitest';
import { InFlightWindow } from '../src/in-flight-window.ts';

it('remembers the order in which identifiers were taken, however often they went round [MQTT-4.6.0-1]', () => {
  const window = new InFlightWindow(65_535);
  const oldest = window.take('puback', undefined);
  const taken: number[] = [oldest];
  for (let turn = 0; turn < 140_000; turn++) {
    const id = window.take('puback', undefined);
    if (turn % 20_000 === 0) taken.push(id);
    else window.release(id, 'puback');
  }
  expect(window.entries().map(({ id }) => id)).toEqual(taken);
});

it('gives what is left over from the last connection no room of the next, until it is sent again', () => {
  const window = new InFlightWindow(3);
  const ids = [1, 2, 3].map(() => window.take('puback', undefined));
  expect(window.isFull).toBe(true);
  window.pause();
  expect([window.isFull, window.size]).toEqual([false, 3]);
  for (const id of ids) window.resume(id);
  expect(window.isFull).toBe(true);
  window.pause();
  window.release(ids[0] as number, 'puback');
  window.resume(ids[1] as number);
  expect(window.take('pubrec', undefined)).not.toBe(0);
  expect(window.take('pubrec', undefined)).not.toBe(0);
  expect(window.take('pubrec', undefined)).toBe(0);
});
