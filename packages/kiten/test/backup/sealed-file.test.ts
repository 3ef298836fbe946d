import { generateKeyPairSync } from 'node:crypto';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type BackupRecipient,
  formatRecipient,
  parseRecipient,
  rawOf,
  unwrapFileKey,
  wrapFileKey,
} from '../../src/backup/backup-key.ts';
import { openSealed, SealedWriter } from '../../src/backup/sealed-file.ts';
import { newFolder, random } from '../fixtures.ts';

const pair = generateKeyPairSync('x25519');
const forKey: BackupRecipient = { kind: 'key', publicKey: rawOf(pair.publicKey) };
const byKey = (stanza: Uint8Array) => unwrapFileKey(stanza, { kind: 'key', privateKey: pair.privateKey });

async function sealed(plain: Uint8Array, recipient = forKey): Promise<string> {
  const file = join(await newFolder(), 'sealed');
  const handle = await open(file, 'wx');
  const writer = await SealedWriter.begin(handle, wrapFileKey(recipient, random), random);
  for (let at = 0; at < plain.length; at += 10_000) await writer.write(plain.subarray(at, at + 10_000));
  await writer.end();
  await handle.close();
  return file;
}

async function unsealed(file: string, fileKeyOf = byKey): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of openSealed(file, fileKeyOf)) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('a sealed file', () => {
  it.each([0, 1, 65_535, 65_536, 65_537, 131_072, 300_000])('gives %i bytes back', async (length) => {
    const plain = random(length);
    expect(await unsealed(await sealed(plain))).toEqual(Buffer.from(plain));
  });

  it('opens with its passphrase, however that is composed, and with no other', async () => {
    const file = await sealed(random(10), { kind: 'passphrase', passphrase: 'caf\u00e9 au lait, un' });
    const by = (passphrase: string) => (stanza: Uint8Array) =>
      unwrapFileKey(stanza, { kind: 'passphrase', passphrase });
    expect(await unsealed(file, by('cafe\u0301 au lait, un'))).toHaveLength(10);
    await expect(unsealed(file, by('cafe au lait, un'))).rejects.toMatchObject({
      code: 'kiten/backup-wrong-key',
    });
    await expect(unsealed(file)).rejects.toMatchObject({ code: 'kiten/backup-wrong-key' });
  });

  it('does not open with another key', async () => {
    const file = await sealed(random(10));
    const { privateKey } = generateKeyPairSync('x25519');
    const opening = unsealed(file, (stanza) => unwrapFileKey(stanza, { kind: 'key', privateKey }));
    await expect(opening).rejects.toMatchObject({ code: 'kiten/backup-wrong-key' });
  });

  it('takes no passphrase that is quickly guessed', () => {
    expect(() => wrapFileKey({ kind: 'passphrase', passphrase: 'elevenchars' }, random)).toThrow(
      expect.objectContaining({ code: 'kiten/backup-passphrase' }),
    );
  });

  it('tells when any byte of it was changed', async () => {
    const file = await sealed(random(70_000));
    const whole = await readFile(file);
    const places = [...Array(120).keys(), 65_600, 65_700, 66_000, whole.length - 1];
    for (const at of places) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await writeFile(file, changed);
      await expect(unsealed(file), `byte ${at}`).rejects.toMatchObject({
        code: expect.stringMatching(/^kiten\/backup-(damaged|wrong-key|newer)$/),
      });
    }
  });

  it('tells when it was cut off, between two chunks too, or when chunks changed places', async () => {
    const file = await sealed(random(200_000));
    const whole = await readFile(file);
    const chunk = 65_536 + 16;
    const head = whole.length - 3 * chunk - (200_000 - 3 * 65_536 + 16);
    const isDamaged = () => expect(unsealed(file)).rejects.toMatchObject({ code: 'kiten/backup-damaged' });
    for (const length of [head, head + chunk, head + 2 * chunk, whole.length - 1]) {
      await writeFile(file, whole.subarray(0, length));
      await isDamaged();
    }
    const [first, second] = [head, head + chunk].map((at) => whole.subarray(at, at + chunk));
    await writeFile(
      file,
      Buffer.concat([
        whole.subarray(0, head),
        second as Buffer,
        first as Buffer,
        whole.subarray(head + 2 * chunk),
      ]),
    );
    await isDamaged();
    await writeFile(file, Buffer.concat([whole, Buffer.alloc(chunk)]));
    await isDamaged();
  });

  it('is told from a file that is none', async () => {
    const file = join(await newFolder(), 'other');
    await writeFile(file, 'PK\u0003\u0004 something else altogether');
    await expect(unsealed(file)).rejects.toMatchObject({ code: 'kiten/backup-damaged' });
  });
});

describe('a recipient', () => {
  it('is a text that can be copied', () => {
    const text = formatRecipient(rawOf(pair.publicKey));
    expect(text).toMatch(/^kiten-backup-[A-Za-z0-9_-]{43}$/);
    expect(Buffer.from(parseRecipient(text))).toEqual(Buffer.from(rawOf(pair.publicKey)));
  });

  it.each(['', 'age1xyz', 'kiten-backup-short'])('is not “%s”', (text) => {
    expect(() => parseRecipient(text)).toThrow(expect.objectContaining({ code: 'kiten/backup-recipient' }));
  });
});
