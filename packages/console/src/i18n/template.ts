/** A sentence in pieces: plain text, and the places where something is put in. */
export type Piece = { readonly text: string } | { readonly place: string };

/** Takes `{device} was revoked` apart. */
export function piecesOf(template: string): readonly Piece[] {
  return template
    .split(/(\{[a-zA-Z]+\})/)
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('{') ? { place: part.slice(1, -1) } : { text: part }));
}

/** Puts the parts into their places. A place without a part stays empty. */
export function fill(template: string, parts: Readonly<Record<string, string>>): string {
  return piecesOf(template)
    .map((piece) => ('text' in piece ? piece.text : (parts[piece.place] ?? '')))
    .join('');
}
