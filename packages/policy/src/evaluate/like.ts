/**
 * A matcher for `like`: the texts between the wildcards, each of which stands for any characters, none included. A text
 * matches if it begins with the first, ends with the last, and has the others in between in order. Taking the leftmost
 * place for each is enough, so the time is bounded by the text's length times the pattern's; there is no backtracking.
 *
 * Working on UTF-16 units is safe: whole characters never match halves of others.
 */
export function compilePattern(segments: readonly string[]): (text: string) => boolean {
  const first = segments[0] ?? '';
  if (segments.length <= 1) return (text) => text === first;
  const last = segments.at(-1)!;
  const middle = segments.slice(1, -1).filter((segment) => segment !== '');
  const shortest = first.length + last.length;
  return (text) => {
    if (text.length < shortest || !text.startsWith(first) || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let position = first.length;
    for (const segment of middle) {
      const found = text.indexOf(segment, position);
      if (found < 0) return false;
      position = found + segment.length;
    }
    return position <= end;
  };
}
