import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Session } from '../../src/session.ts';
import { contents, remove, StoreFixture, temporaryDirectory } from '../support/store-fixture.ts';

const segmentBytes = 32_768;

let directory: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => remove(directory));

/** Acknowledges so many messages of a session, the oldest first or every other one. */
async function consume(store: StoreFixture, session: Session, count: number): Promise<void> {
  for (let left = count; left > 0 && session.queued > 0; left--) {
    await store.load(session);
    const queued = session.backlog.shift();
    if (queued !== undefined) session.kept?.done(queued);
  }
}

it('takes no more of the disk than three times what is needed and six segments, whatever comes and goes', async () => {
  const store = await StoreFixture.open(directory, segmentBytes);
  const [quick, slow, odd] = [store.session('quick'), store.session('slow'), store.session('odd')];
  const payload = 'x'.repeat(300);
  for (let round = 0; round < 60; round++) {
    for (let index = 0; index < 100; index++) {
      const sessions = index % 50 === 0 ? [quick, slow, odd] : index % 5 === 0 ? [quick, odd] : [quick];
      store.publish(store.message('t', `${round} ${index} ${payload}`), 1, sessions);
    }
    for (let index = 0; index < 20; index++) {
      const message = store.message(`r/${index}`, payload, { retain: true });
      store.retained.set(message.topic, message);
      store.store.retain(message);
      store.store.settle();
    }
    await consume(store, quick, 100);
    await consume(store, odd, 18);
    await store.flush();
    await store.store.tidy();
    const live = (slow.queued + odd.queued + store.retained.size) * (payload.length + 60);
    expect(store.store.bytes).toBeLessThan(3 * live + 6 * segmentBytes);
  }
  expect(slow.queued).toBe(120);
  await store.close();
  const again = await StoreFixture.open(directory, segmentBytes);
  const { sessions, retained } = await contents(again);
  expect(sessions.slow?.waiting).toHaveLength(120);
  expect(sessions.odd?.waiting).toHaveLength(1200 - 1080);
  expect(sessions.quick?.waiting).toEqual([]);
  expect(Object.keys(retained)).toHaveLength(20);
  await again.close();
});

it('gives the disk back that a session took which has ended, however much waited for it', async () => {
  const store = await StoreFixture.open(directory, segmentBytes);
  const [ending, staying] = [store.session('ending'), store.session('staying')];
  for (let index = 0; index < 5_000; index++) {
    store.publish(
      store.message('t', `${index} ${'x'.repeat(200)}`),
      1,
      index % 1000 === 0 ? [ending, staying] : [ending],
    );
    if (index % 500 === 0) await store.flush();
  }
  await store.flush();
  expect(store.store.bytes).toBeGreaterThan(5_000 * 200);
  store.end(ending);
  await store.flush();
  for (let look = 0; look < 20; look++) {
    await store.store.tidy();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(store.store.bytes).toBeLessThan(4 * segmentBytes);
  await store.close();
  const again = await StoreFixture.open(directory, segmentBytes);
  expect((await contents(again)).sessions.staying?.waiting).toHaveLength(5);
  await again.close();
});

it('holds a message once however many sessions it waits for, and only for those that still do', async () => {
  const store = await StoreFixture.open(directory, segmentBytes);
  const sessions = Array.from({ length: 40 }, (_, index) => store.session(`s${index}`));
  for (let index = 0; index < 200; index++) {
    store.publish(store.message('t', `${index} ${'x'.repeat(5_000)}`), index % 2 === 0 ? 1 : 2, sessions);
    if (index % 20 === 0) await store.flush();
  }
  await store.flush();
  expect(store.store.bytes).toBeLessThan(200 * 6_500 + segmentBytes);
  for (const session of sessions.slice(0, 39)) await consume(store, session, 200);
  await consume(store, sessions[39] as Session, 150);
  await store.flush();
  await store.store.tidy();
  expect(store.store.bytes).toBeLessThan(3 * 50 * 5_100 + 6 * segmentBytes);
  await store.close();
  const again = await StoreFixture.open(directory, segmentBytes);
  const { sessions: held } = await contents(again);
  expect(held.s0?.waiting).toEqual([]);
  expect(held.s39?.waiting.map((text) => text.slice(0, 5))).toEqual(
    Array.from({ length: 50 }, (_, index) => `${index % 2 === 0 ? 1 : 2} ${150 + index}`),
  );
  await again.close();
});

it('leaves what it could still clear away when it is closed, and tells of no fault', async () => {
  const store = await StoreFixture.open(directory, segmentBytes);
  const session = store.session('reader');
  for (let index = 0; index < 600; index++)
    store.publish(store.message('t', `${index} ${'x'.repeat(300)}`), 1, [session]);
  await store.flush();
  await consume(store, session, 600);
  const closed = store.close();
  await store.store.tidy();
  await closed;
  expect(store.errors).toEqual([]);
});
