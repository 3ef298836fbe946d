import { describe, expect, it } from 'vitest';
import { Turns } from '../src/site/turns.ts';

describe('turns', () => {
  it('of one key come one after another, in the order they were asked for', async () => {
    const turns = new Turns();
    const happened: string[] = [];
    const work = (name: string, gate: Promise<unknown>) => async () => {
      happened.push(`${name} begins`);
      await gate;
      happened.push(`${name} ends`);
      return name;
    };
    const gate = Promise.withResolvers<void>();
    const all = [
      turns.take('k', work('first', gate.promise)),
      turns.take('k', work('second', Promise.resolve())),
      turns.take('k', work('third', Promise.resolve())),
    ];
    await Promise.resolve();
    expect(happened).toEqual(['first begins']);
    gate.resolve();
    expect(await Promise.all(all)).toEqual(['first', 'second', 'third']);
    expect(happened).toEqual([
      'first begins',
      'first ends',
      'second begins',
      'second ends',
      'third begins',
      'third ends',
    ]);
  });

  it('of different keys do not wait for each other', async () => {
    const turns = new Turns();
    const gate = Promise.withResolvers<string>();
    const held = turns.take('a', () => gate.promise);
    expect(await turns.take('b', async () => 'done')).toBe('done');
    gate.resolve('late');
    expect(await held).toBe('late');
  });

  it('an error is its own caller’s, and the next has its turn all the same', async () => {
    const turns = new Turns();
    const failing = turns.take('k', async () => {
      throw new Error('mine');
    });
    const next = turns.take('k', async () => 'next');
    await expect(failing).rejects.toThrow('mine');
    expect(await next).toBe('next');
    expect(await turns.take('k', async () => 'later')).toBe('later');
  });

  it('a later caller waits for the one that is at work now, not only for the first', async () => {
    const turns = new Turns();
    let atWork = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++atWork);
      await new Promise((resolve) => setImmediate(resolve));
      atWork--;
    };
    const all: Promise<void>[] = [];
    for (let i = 0; i < 20; i++) {
      all.push(turns.take('k', work));
      if (i % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(all);
    expect(most).toBe(1);
  });
});
