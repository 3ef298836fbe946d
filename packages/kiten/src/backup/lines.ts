import { StringDecoder } from 'node:string_decoder';

/** Cuts pieces of a text into its lines. A line may be as long as the row of a store is large. */
export async function* linesOf(content: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let begun: string[] = [];
  for await (const piece of content) {
    const [first = '', ...rest] = decoder.write(Buffer.from(piece)).split('\n');
    begun.push(first);
    for (const line of rest) {
      yield begun.join('');
      begun = [line];
    }
  }
  const last = begun.join('') + decoder.end();
  if (last !== '') yield last;
}
