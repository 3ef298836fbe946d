import { KitenError } from '@kiten/codec';
import type { SealedWriter } from './sealed-file.ts';

/** What an archive says about itself, behind everything else: without it the archive is not whole. */
export interface ArchiveSummary {
  readonly files: number;
  /** Bytes of their content. */
  readonly bytes: number;
}

/** A file in an archive. Its content has to be read, or passed over, before the next one is asked for. */
export interface ArchivedFile {
  /** Below the data directory, with slashes. */
  readonly path: string;
  readonly content: AsyncIterable<Uint8Array>;
}

/** How records begin: kind, then the length of what follows in four bytes. */
const kinds = { file: 1, content: 2, end: 3, summary: 4 } as const;
const headBytes = 5;
const largestPiece = 1_048_576;
const longestPath = 512;

/** Puts files into a sealed file, one behind the other. */
export class ArchiveWriter {
  readonly #sealed: SealedWriter;
  #files = 0;
  #bytes = 0;

  constructor(sealed: SealedWriter) {
    this.#sealed = sealed;
  }

  async add(path: string, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    await this.#record(kinds.file, Buffer.from(requirePath(path)));
    for await (const piece of content) {
      for (let at = 0; at < piece.length; at += largestPiece)
        await this.#record(kinds.content, piece.subarray(at, at + largestPiece));
      this.#bytes += piece.length;
    }
    await this.#record(kinds.end, Buffer.alloc(0));
    this.#files += 1;
  }

  async end(): Promise<ArchiveSummary> {
    const summary = { files: this.#files, bytes: this.#bytes };
    await this.#record(kinds.summary, Buffer.from(JSON.stringify(summary)));
    await this.#sealed.end();
    return summary;
  }

  async #record(kind: number, bytes: Uint8Array): Promise<void> {
    const head = Buffer.alloc(headBytes);
    head[0] = kind;
    head.writeUInt32BE(bytes.length, 1);
    await this.#sealed.write(head);
    // Whoever lent the bytes may use their memory again.
    if (bytes.length > 0) await this.#sealed.write(Buffer.from(bytes));
  }
}

/**
 * Reads the files of an archive.
 *
 * @returns when it is through, what the archive says about itself
 * @throws KitenError `kiten/backup-damaged` for anything that `ArchiveWriter` does not write
 */
export async function* readArchive(
  plain: AsyncIterator<Uint8Array>,
): AsyncGenerator<ArchivedFile, ArchiveSummary> {
  const bytes = new Pieces(plain);
  let files = 0;
  let read = 0;
  for (;;) {
    const { kind, payload } = await bytes.record();
    if (kind === kinds.summary) {
      const summary = summaryOf(payload);
      if (summary.files !== files || summary.bytes !== read || !(await bytes.isOver())) throw malformed();
      return summary;
    }
    if (kind !== kinds.file) throw malformed();
    const content = contentOf();
    yield { path: requirePath(payload.toString()), content };
    // Whatever was not looked at is passed over.
    for await (const piece of content) void piece;
    files += 1;
  }

  async function* contentOf(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const { kind, payload } = await bytes.record();
      if (kind === kinds.end && payload.length === 0) return;
      if (kind !== kinds.content) throw malformed();
      read += payload.length;
      yield payload;
    }
  }
}

function summaryOf(payload: Buffer): ArchiveSummary {
  try {
    const { files, bytes } = JSON.parse(payload.toString()) as ArchiveSummary;
    return { files, bytes };
  } catch (cause) {
    throw malformed(cause);
  }
}

/** Cuts pieces of any length into records. */
class Pieces {
  readonly #source: AsyncIterator<Uint8Array>;
  #bytes = Buffer.alloc(0);

  constructor(source: AsyncIterator<Uint8Array>) {
    this.#source = source;
  }

  async record(): Promise<{ kind: number; payload: Buffer }> {
    const head = await this.#take(headBytes);
    const length = head.readUInt32BE(1);
    if (length > largestPiece) throw malformed();
    return { kind: head[0] ?? 0, payload: await this.#take(length) };
  }

  async isOver(): Promise<boolean> {
    return this.#bytes.length === 0 && (await this.#source.next()).done === true;
  }

  async #take(length: number): Promise<Buffer> {
    while (this.#bytes.length < length) {
      const { value, done } = await this.#source.next();
      if (done === true) throw malformed();
      this.#bytes = Buffer.concat([this.#bytes, value]);
    }
    const taken = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return taken;
  }
}

/** Only names that lie below the directory, whatever an archive says. */
function requirePath(path: string): string {
  const parts = path.split('/');
  const isPlain = parts.every((part) => /^[A-Za-z0-9._@+-]{1,255}$/.test(part) && !/^\.+$/.test(part));
  if (isPlain && path.length <= longestPath) return path;
  throw new KitenError('kiten/backup-file-name', `“${path.slice(0, 80)}” is no name that a backup can hold.`);
}

function malformed(cause?: unknown): KitenError {
  const message = 'What is in the backup is not laid out as it should be.';
  return new KitenError('kiten/backup-damaged', message, { cause });
}
