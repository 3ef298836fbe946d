import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contents, remove, StoreFixture, temporaryDirectory } from '../support/store-fixture.ts';

let directory: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => remove(directory));

/** Several segments with frames, and one that was made from others. */
async function filled(): Promise<void> {
  const store = await StoreFixture.open(directory, 2048);
  const [x, y] = [store.session('x'), store.session('y')];
  for (let round = 0; round < 200; round++) {
    store.publish(store.message('t', `message ${round}`), 1, round % 10 === 0 ? [x, y] : [x]);
    await store.flush();
  }
  for (let round = 0; round < 150; round++) {
    await store.load(x);
    const queued = x.backlog.shift();
    if (queued !== undefined) x.kept?.done(queued);
  }
  await store.flush();
  await store.store.tidy();
  store.publish(store.message('t', 'the last one'), 2, [x, y]);
  await store.close();
}

async function segments(): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.startsWith('segment-')).sort();
}

describe('a changed byte', () => {
  it('anywhere in the store is told as damage when it is opened, and nothing is changed', async () => {
    await filled();
    const names = [...(await segments()), 'state-start'];
    expect(names.length).toBeGreaterThan(3);
    for (const name of names) {
      const path = join(directory, name);
      const whole = await readFile(path);
      for (let at = 0; at < whole.length; at += 7) {
        const changed = Buffer.from(whole);
        changed[at] = (changed[at] as number) ^ (1 << (at % 8));
        await writeFile(path, changed);
        const opening = StoreFixture.open(directory, 2048);
        await expect(opening, `${name} at ${at}`).rejects.toMatchObject({ code: 'gateway/store-damaged' });
        expect(await readFile(path)).toEqual(changed);
      }
      await writeFile(path, whole);
    }
    const store = await StoreFixture.open(directory, 2048);
    expect((await contents(store)).sessions.x?.waiting.at(-1)).toBe('2 the last one');
    await store.close();
  }, 120_000);

  it('in what is read back while it runs costs that message, and is told', async () => {
    await filled();
    const store = await StoreFixture.open(directory, 2048);
    let changes = 0;
    for (const name of await segments()) {
      const bytes = await readFile(join(directory, name));
      const at = bytes.indexOf('message 170');
      if (at < 0) continue;
      bytes[at] = (bytes[at] as number) ^ 1;
      await writeFile(join(directory, name), bytes);
      changes++;
    }
    expect(changes).toBe(1);
    const x = store.sessions.get('x');
    const waiting = x?.queued ?? 0;
    expect((await contents(store)).sessions.x?.waiting).toHaveLength(waiting - 1);
    // It waited for two sessions.
    expect(store.lost).toHaveLength(2);
    await store.close();
  });
});

it('a missing segment is told as damage', async () => {
  await filled();
  const names = await segments();
  const image = `${directory}-image`;
  // The last one holds nothing: it was begun when the store was opened, and nothing follows.
  for (const name of names.slice(0, -1)) {
    await cp(directory, image, { recursive: true });
    await rm(join(image, name));
    await expect(StoreFixture.open(image, 2048), name).rejects.toMatchObject({
      code: 'gateway/store-damaged',
    });
    await remove(image);
  }
});
