import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type KitenError, manualClock, toHex } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import { openPayloadStore, type PayloadStore, type StoredPayload, saltedDigest } from '../../src/index.ts';
import { filesBelow, modeOf, temporaryDirectory } from '../support.ts';

const refusal = (code: string) => expect.objectContaining({ name: 'KitenError', code });
const clock = manualClock(1_790_000_000_000);

async function openStore(): Promise<{ store: PayloadStore; directory: string }> {
  const directory = join(await temporaryDirectory(), 'payloads');
  return { directory, store: await openPayloadStore({ directory, clock }) };
}

function pathOf(directory: string, digest: Uint8Array): string {
  const hex = toHex(digest);
  return join(directory, hex.slice(0, 2), hex.slice(2, 4), hex);
}

async function listed(store: PayloadStore): Promise<StoredPayload[]> {
  const all: StoredPayload[] = [];
  for await (const stored of store.list()) all.push(stored);
  return all;
}

describe('a payload store', () => {
  it.each([0, 1, 5000, 1_000_000])('gives back a content of %i bytes with its salt', async (length) => {
    const { store } = await openStore();
    const [content, salt] = [randomBytes(length), randomBytes(32)];
    const digest = await store.put(content, salt);
    expect(digest).toEqual(saltedDigest(salt, content));
    expect(await store.get(digest)).toEqual({
      salt: Uint8Array.from(salt),
      content: Uint8Array.from(content),
    });
  });

  it('keeps each payload in a file by its digest that only the owner may read', async () => {
    const { store, directory } = await openStore();
    const digest = await store.put(Buffer.from('boot log'), randomBytes(32));
    const path = pathOf(directory, digest);
    expect((await readFile(path)).includes('boot log')).toBe(true);
    expect(await modeOf(path)).toBe(0o600);
    for (let above = dirname(path); above.length >= directory.length; above = dirname(above)) {
      expect(await modeOf(above)).toBe(0o700);
    }
  });

  it('copies what it is given at once', async () => {
    const { store } = await openStore();
    const [content, salt] = [Buffer.from('as it was'), randomBytes(32)];
    const put = store.put(content, salt);
    content.fill(0);
    salt.fill(0);
    expect(Buffer.from((await store.get(await put)).content).toString()).toBe('as it was');
  });

  it('takes one payload many times at once, among others', async () => {
    const { store } = await openStore();
    const salt = randomBytes(32);
    const same = Array.from({ length: 20 }, () => store.put(Buffer.from('same'), salt));
    const others = Array.from({ length: 20 }, (_, index) => store.put(Buffer.from(`other ${index}`), salt));
    const digests = await Promise.all([...same, ...others]);
    expect(new Set(digests.map(toHex)).size).toBe(21);
    for (const digest of digests)
      expect(saltedDigest(salt, (await store.get(digest)).content)).toEqual(digest);
    expect(await listed(store)).toHaveLength(21);
  });

  it('finds everything again when it is opened again', async () => {
    const { store, directory } = await openStore();
    const digest = await store.put(Buffer.from('kept'), randomBytes(32));
    const again = await openPayloadStore({ directory, clock });
    expect(Buffer.from((await again.get(digest)).content).toString()).toBe('kept');
  });

  it('has nothing under digests that it was never given, or that are none', async () => {
    const { store } = await openStore();
    for (const length of [0, 31, 32, 33, 5000]) {
      const digest = randomBytes(length);
      await expect(store.get(digest)).rejects.toThrow(refusal('ledger/payload-missing'));
      await expect(store.erase(digest, 'test')).rejects.toThrow(refusal('ledger/payload-missing'));
    }
  });

  it('refuses contents that are too large and salts of another length', async () => {
    const { store } = await openStore();
    const large = store.put(new Uint8Array(67_108_865), randomBytes(32));
    await expect(large).rejects.toThrow(refusal('ledger/payload-too-large'));
    await expect(store.put(Buffer.of(1), randomBytes(31))).rejects.toThrow(refusal('ledger/salt-unsuitable'));
    expect(await listed(store)).toEqual([]);
  });
});

describe('a payload whose file was changed', () => {
  it('is damaged, whichever byte it was, until it is put again', async () => {
    const { store, directory } = await openStore();
    const salt = randomBytes(32);
    const digest = await store.put(Buffer.from('sound'), salt);
    const path = pathOf(directory, digest);
    const sound = await readFile(path);
    const timeAt = [8, 9, 10, 11, 12, 13, 14, 15];
    for (let at = 0; at < sound.length; at += 1) {
      // The time isn't part of the digest.
      if (timeAt.includes(at)) continue;
      await writeFile(path, sound.with(at, sound[at]! ^ 1));
      await expect(store.get(digest)).rejects.toThrow(refusal('ledger/payload-damaged'));
    }
    for (const length of [0, 7, 8, 15, 16, 47, 48, sound.length - 1]) {
      await truncate(path, length);
      await expect(store.get(digest)).rejects.toThrow(refusal('ledger/payload-damaged'));
      await writeFile(path, sound);
    }
    await writeFile(path, Buffer.concat([sound, Buffer.of(0)]));
    await expect(store.get(digest)).rejects.toThrow(refusal('ledger/payload-damaged'));
    await store.put(Buffer.from('sound'), salt);
    expect(Buffer.from((await store.get(digest)).content).toString()).toBe('sound');
  });

  it('is listed as damaged if even its head can’t be read, and can be erased', async () => {
    const { store, directory } = await openStore();
    const digest = await store.put(Buffer.from('sound'), randomBytes(32));
    await writeFile(pathOf(directory, digest), 'no payload at all');
    expect(await listed(store)).toEqual([{ digest, state: 'damaged' }]);
    expect(await store.prune(clock.now() + 1, () => false)).toBe(0);
    await store.erase(digest, 'damaged');
    await expect(store.get(digest)).rejects.toThrow(refusal('ledger/payload-erased'));
  });

  it('and is a link or a directory now is not followed', async () => {
    const { store, directory } = await openStore();
    const digest = await store.put(Buffer.from('sound'), randomBytes(32));
    const path = pathOf(directory, digest);
    await rm(path);
    await symlink('/etc/passwd', path);
    await expect(store.get(digest)).rejects.toThrow(refusal('ledger/unreadable'));
    await rm(path);
    await mkdir(path);
    await expect(store.get(digest)).rejects.toThrow(refusal('ledger/unreadable'));
  });
});

describe('erasing', () => {
  it('leaves when and why, for good', async () => {
    const { store, directory } = await openStore();
    const salt = randomBytes(32);
    const digest = await store.put(Buffer.from('private'), salt);
    const at = clock.now();
    await store.erase(digest, 'subject-request');
    clock.advance(1000);
    await store.erase(digest, 'another-reason');
    const gone = { detail: { digest: toHex(digest), at, reason: 'subject-request' } };
    for (const one of [store, await openPayloadStore({ directory, clock })]) {
      await expect(one.get(digest)).rejects.toMatchObject({ code: 'ledger/payload-erased', ...gone });
      await expect(one.put(Buffer.from('private'), salt)).rejects.toMatchObject({
        code: 'ledger/payload-erased',
      });
      expect(await listed(one)).toEqual([{ digest, state: 'erased', at, reason: 'subject-request' }]);
    }
  });

  it('comes after the puts before it and before those after it', async () => {
    const { store } = await openStore();
    const salt = randomBytes(32);
    const digest = saltedDigest(salt, Buffer.from('x'));
    const calls = [
      store.put(Buffer.from('x'), salt),
      store.erase(digest, 'test'),
      store.put(Buffer.from('x'), salt),
      store.put(Buffer.from('y'), salt),
    ];
    const codes = (await Promise.allSettled(calls)).map((each) =>
      each.status === 'rejected' ? (each.reason as KitenError).code : 'done',
    );
    expect(codes).toEqual(['done', 'done', 'ledger/payload-erased', 'done']);
  });

  it('leaves nothing that tells what the content was, though it was one byte', async () => {
    const { store, directory } = await openStore();
    const [content, salt] = [Buffer.of(0x2a), randomBytes(32)];
    // Without a salt, 256 guesses find it.
    const unsalted = createHash('sha256').update(content).digest();
    expect(
      guesses(unsalted, [Buffer.alloc(0)], (_, guess) => createHash('sha256').update(guess).digest()),
    ).toEqual([0x2a]);
    const digest = await store.put(content, salt);
    const found = async () => {
      const files = await filesBelow(directory);
      const raw = Buffer.concat([...files].flatMap(([path, bytes]) => [Buffer.from(path), bytes, digest]));
      const salts = Array.from({ length: raw.length - 31 }, (_, at) => raw.subarray(at, at + 32));
      return { guessed: guesses(digest, salts, saltedDigest), holdsSalt: raw.includes(salt), raw };
    };
    expect(await found()).toMatchObject({ guessed: [0x2a], holdsSalt: true });
    await store.erase(digest, 'subject-request');
    const { guessed, holdsSalt, raw } = await found();
    expect({ guessed, holdsSalt }).toEqual({ guessed: [], holdsSalt: false });
    // What is left is the digest, the tombstone and nothing else.
    const files = [...(await filesBelow(directory)).values()];
    expect(files).toHaveLength(1);
    expect(files[0]!.subarray(16).toString()).toBe('subject-request');
    expect(files[0]!.length).toBe(16 + 'subject-request'.length);
    // No part of the salt is left either.
    for (let at = 0; at <= 24; at += 1) expect(raw.includes(salt.subarray(at, at + 8))).toBe(false);
  });

  it.each(['', 'Upper', 'two words', '-a', 'a-', 'a--b', 'a'.repeat(33), '../x', 'é'])(
    'for the reason “%s” is refused',
    async (reason) => {
      const { store } = await openStore();
      const digest = await store.put(Buffer.of(1), randomBytes(32));
      await expect(store.erase(digest, reason)).rejects.toThrow(refusal('ledger/reason-unsuitable'));
      await store.get(digest);
    },
  );
});

describe('pruning', () => {
  it('erases what was last put before a time, except what is to be kept', async () => {
    const { store } = await openStore();
    const put = (text: string) => store.put(Buffer.from(text), Buffer.alloc(32, 1));
    const [old, kept, renewed] = [await put('old'), await put('kept'), await put('renewed')];
    clock.advance(1000);
    const limit = clock.now();
    await put('renewed');
    const young = await put('young');
    const isKept = (digest: Uint8Array) => toHex(digest) === toHex(kept);
    expect(await store.prune(limit, isKept)).toBe(1);
    expect(await store.prune(limit, isKept)).toBe(0);
    await expect(store.get(old)).rejects.toMatchObject({ detail: { at: clock.now(), reason: 'retention' } });
    for (const digest of [kept, renewed, young]) await store.get(digest);
  });

  it('goes by files of payloads alone', async () => {
    const { store, directory } = await openStore();
    await writeFile(join(directory, 'stray'), '');
    await mkdir(join(directory, 'ab', 'cd'), { recursive: true });
    await writeFile(join(directory, 'ab', 'stray'), '');
    await writeFile(join(directory, 'ab', 'cd', 'f'.repeat(64)), 'in the wrong place');
    expect(await listed(store)).toEqual([]);
    expect(await store.prune(clock.now() + 1, () => false)).toBe(0);
  });
});

/** The one-byte contents that, with one of the salts, have the digest. */
function guesses(
  digest: Uint8Array,
  salts: readonly Uint8Array[],
  digestOf: (salt: Uint8Array, content: Uint8Array) => Uint8Array,
): number[] {
  return Array.from({ length: 256 }, (_, byte) => byte).filter((byte) =>
    salts.some((salt) => toHex(digestOf(salt, Buffer.of(byte))) === toHex(digest)),
  );
}
