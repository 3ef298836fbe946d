import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { KitenError } from '@kiten/codec';
import type { Random } from '../site/secrets.ts';
import { stanzaLength, type WrappedKey } from './backup-key.ts';

const magic = Buffer.from('KITENBAK', 'latin1');
const version = 1;
const nonceBytes = 16;
const tagBytes = 16;
/** Plain bytes of each chunk but the last. */
const chunkBytes = 65_536;

/**
 * A file of chunks, each sealed with AES-256-GCM under its number and whether it is the last: none can be changed,
 * left out, moved or cut off unnoticed (the STREAM construction, docs/backup-format.md).
 */
export class SealedWriter {
  readonly #file: FileHandle;
  readonly #key: Uint8Array;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #chunk = 0;
  /** Bytes of the file so far. */
  written = 0;

  private constructor(file: FileHandle, key: Uint8Array) {
    this.#file = file;
    this.#key = key;
  }

  /** Writes the head. @param file opened for writing, empty */
  static async begin(
    file: FileHandle,
    { fileKey, stanza }: WrappedKey,
    random: Random,
  ): Promise<SealedWriter> {
    const nonce = random(nonceBytes);
    const head = Buffer.concat([magic, Buffer.of(version), stanza, nonce]);
    const writer = new SealedWriter(file, payloadKey(fileKey, nonce, head));
    await writer.#put(head);
    return writer;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    // One chunk is held back: the last is sealed differently.
    if (this.#pendingBytes <= chunkBytes) return;
    const all = Buffer.concat(this.#pending);
    let at = 0;
    for (; all.length - at > chunkBytes; at += chunkBytes)
      await this.#seal(all.subarray(at, at + chunkBytes), false);
    this.#pending = [Buffer.from(all.subarray(at))];
    this.#pendingBytes = all.length - at;
  }

  /** Seals what is left; the file is on the disk when this resolves. */
  async end(): Promise<void> {
    await this.#seal(Buffer.concat(this.#pending), true);
    await this.#file.sync();
  }

  async #seal(plain: Uint8Array, isLast: boolean): Promise<void> {
    const cipher = createCipheriv('aes-256-gcm', this.#key, chunkNonce(this.#chunk++, isLast));
    await this.#put(Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
  }

  async #put(bytes: Uint8Array): Promise<void> {
    await this.#file.writeFile(bytes);
    this.written += bytes.length;
  }
}

/** The plain bytes of a sealed file, in pieces of at most 64 KiB, each believed only once its seal has held. */
export async function* openSealed(
  path: string,
  fileKeyOf: (stanza: Uint8Array) => Uint8Array,
): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new KitenError('kiten/file-unreadable', `${path} cannot be read.`, { cause });
  });
  try {
    const { size } = await file.stat();
    const front = await read(file, 0, magic.length + 3);
    const length = stanzaLength(front[magic.length + 1] ?? 0);
    if (!front.subarray(0, magic.length).equals(magic))
      throw damaged(`${path} is no backup of a Kiten site.`);
    if (front[magic.length] !== version || length === undefined)
      throw new KitenError(
        'kiten/backup-newer',
        `${path} was made by a newer Kiten: restore it with that one.`,
      );
    const head = await read(file, 0, magic.length + 1 + length + nonceBytes);
    const stanza = head.subarray(magic.length + 1, magic.length + 1 + length);
    const nonce = head.subarray(-nonceBytes);
    const key = payloadKey(fileKeyOf(stanza), nonce, head);
    let at = head.length;
    for (let chunk = 0; ; chunk += 1) {
      const sealed = await read(file, at, chunkBytes + tagBytes);
      at += sealed.length;
      const isLast = at >= size;
      yield unsealed(sealed, key, chunkNonce(chunk, isLast), path);
      if (isLast) return;
    }
  } finally {
    await file.close();
  }
}

function unsealed(sealed: Buffer, key: Uint8Array, nonce: Uint8Array, path: string): Uint8Array {
  if (sealed.length < tagBytes) throw damaged(`${path} is cut off.`);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce);
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]);
  } catch (cause) {
    throw damaged(`${path} is damaged or cut off: a part of it does not match its seal.`, cause);
  }
}

function damaged(message: string, cause?: unknown): KitenError {
  return new KitenError('kiten/backup-damaged', message, { cause });
}

/** Bound to the whole head, so that nothing in it can be exchanged. */
function payloadKey(fileKey: Uint8Array, nonce: Uint8Array, head: Uint8Array): Uint8Array {
  const about = Buffer.concat([
    Buffer.from('kiten backup payload'),
    createHash('sha256').update(head).digest(),
  ]);
  return new Uint8Array(hkdfSync('sha256', fileKey, nonce, about, 32));
}

function chunkNonce(chunk: number, isLast: boolean): Uint8Array {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(chunk, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}
