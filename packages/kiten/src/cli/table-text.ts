import { KitenError } from '@kiten/codec';

/**
 * The text of a table, piece by piece: UTF-8, or UTF-16 with a mark at its beginning.
 *
 * @throws KitenError `kiten/no-table` for what is no text
 */
export async function* tableText(pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  for await (const piece of pieces) {
    decoder ??= new TextDecoder(encodingOf(piece));
    const text = decoder.decode(piece, { stream: true });
    if (text.includes('\0')) throw noText(piece);
    yield text;
  }
  yield decoder?.decode() ?? '';
}

function encodingOf(piece: Buffer): string {
  if (piece[0] === 0xff && piece[1] === 0xfe) return 'utf-16le';
  return piece[0] === 0xfe && piece[1] === 0xff ? 'utf-16be' : 'utf-8';
}

function noText(piece: Buffer): KitenError {
  const isArchive = piece.toString('latin1', 0, 2) === 'PK';
  return new KitenError(
    'kiten/no-table',
    isArchive
      ? 'It is an archive or a workbook. Save the sheet as CSV.'
      : 'It is no text, and so no table (CSV).',
  );
}
