import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { writeBytes, writePieces } from './files.ts';
import { tellOnStandardError } from './output.ts';

/**
 * Writes to the file that somebody names, or to standard output if that is `-`: what is told from then on goes to standard error.
 *
 * @throws KitenError `kiten/file-unwritable`
 */
export async function writeOut(out: string, content: string | AsyncIterable<Uint8Array>): Promise<void> {
  if (out !== '-') return typeof content === 'string' ? writeBytes(out, content) : writePieces(out, content);
  tellOnStandardError();
  try {
    await pipeline(Readable.from(typeof content === 'string' ? [content] : content), process.stdout, {
      end: false,
    });
  } catch (cause) {
    // Whoever reads it has enough.
    if ((cause as NodeJS.ErrnoException).code !== 'EPIPE') throw cause;
  }
}
