import { manualClock } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import { Challenges } from '../../src/site/access/challenges.ts';
import { start } from '../fixtures.ts';

describe('challenges', () => {
  it('are answered once, in time', () => {
    const clock = manualClock(start);
    const challenges = new Challenges<string>(clock, 1000);
    for (const name of ['a', 'b', 'c']) challenges.put(name, `for ${name}`);
    expect(challenges.take('a')).toBe('for a');
    expect(challenges.take('a')).toBeUndefined();
    clock.advance(999);
    expect(challenges.take('b')).toBe('for b');
    clock.advance(1);
    expect(challenges.take('c')).toBeUndefined();
    expect(challenges.take('unknown')).toBeUndefined();
  });

  it('that nobody answers take no more room than a thousand', () => {
    const challenges = new Challenges<number>(manualClock(start), 1000);
    for (let made = 0; made <= 1000; made++) challenges.put(String(made), made);
    expect(challenges.take('0')).toBeUndefined();
    expect(challenges.take('1')).toBe(1);
    expect(challenges.take('1000')).toBe(1000);
  });
});
