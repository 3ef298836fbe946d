const pieceLength = 1 << 16;

/**
 * Lines of CSV piece by piece, for files of any length.
 *
 * @param rows whose fields need no quotes, or have them already
 */
export async function* csvPieces(
  header: readonly string[],
  rows: Iterable<readonly (string | number)[]>,
): AsyncGenerator<Uint8Array> {
  let text = `${header.join(',')}\n`;
  for (const fields of rows) {
    text += `${fields.join(',')}\n`;
    if (text.length < pieceLength) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}
