import { describe, expect, it } from 'vitest';
import { type Reload, ReloadQueue } from '../src/state/reload-queue.ts';

/** A queue whose waits end when the test says so. */
function queueWith(load: (reload: Reload) => Promise<void> = async () => undefined) {
  const asked: Reload[] = [];
  const failures: unknown[] = [];
  const waits: { milliseconds: number; end: () => void }[] = [];
  const queue = new ReloadQueue({
    load: (reload) => {
      asked.push(reload);
      return load(reload);
    },
    failed: (error) => failures.push(error),
    wait: (milliseconds) => new Promise((end) => waits.push({ milliseconds, end: () => end() })),
    now: () => 0,
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  async function pass(): Promise<void> {
    waits.shift()?.end();
    await settle();
  }
  return { queue, asked, failures, waits, pass, settle };
}

describe('the reload queue', () => {
  it('gathers changes of a moment into one question, each device once', async () => {
    const { queue, asked, pass } = queueWith();
    for (const id of ['a', 'b', 'a']) queue.add(id);
    expect(asked).toEqual([]);
    await pass();
    expect(asked).toEqual([{ all: false, ids: ['a', 'b'] }]);
  });

  it('asks for the whole fleet at once, and instead of for very many devices', async () => {
    const first = queueWith();
    first.queue.addAll();
    await first.settle();
    expect(first.asked).toEqual([{ all: true }]);

    const second = queueWith();
    for (let index = 0; index < 13; index++) second.queue.add(`d${index}`);
    await second.pass();
    expect(second.asked).toEqual([{ all: true }]);
  });

  it('asks one question at a time; what changes meanwhile is asked for next', async () => {
    let answer: () => void = () => undefined;
    const { queue, asked, pass, settle } = queueWith(() => new Promise((resolve) => (answer = resolve)));
    queue.add('a');
    await pass();
    queue.add('a');
    await settle();
    expect(asked).toHaveLength(1);
    answer();
    await settle();
    await pass();
    expect(asked).toEqual([
      { all: false, ids: ['a'] },
      { all: false, ids: ['a'] },
    ]);
  });

  it('tells of a failure and asks again until it is answered', async () => {
    let failing = true;
    const { queue, asked, failures, pass } = queueWith(async () => {
      if (failing) throw new Error('gone');
    });
    queue.add('a');
    await pass();
    expect(failures).toHaveLength(1);
    expect(queue.settled).toBe(false);
    failing = false;
    await pass();
    await pass();
    expect(asked).toHaveLength(2);
    expect(queue.settled).toBe(true);
  });

  it('asks for nothing more once it is cleared', async () => {
    const { queue, asked, pass } = queueWith();
    queue.add('a');
    queue.clear();
    await pass();
    expect(asked).toEqual([]);
  });
});
