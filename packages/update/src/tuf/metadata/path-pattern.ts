/**
 * Whether a path matches a PATHPATTERN (TUF §4.5): segment by segment, `*` any characters, `?` one, `[abc]`, `[a-z]`
 * and `[!a]` one of or none of a set; none of them matches a slash. In the time of the product of their lengths at
 * most, whatever the pattern.
 */
export function matchesPath(pattern: string, path: string): boolean {
  const patterns = pattern.split('/');
  const segments = path.split('/');
  return (
    patterns.length === segments.length &&
    patterns.every((each, index) => matchesSegment(parsePattern(each), [...segments[index]!]))
  );
}

type Matcher = 'any' | ((character: string) => boolean);

function parsePattern(pattern: string): readonly Matcher[] {
  const characters = [...pattern];
  const matchers: Matcher[] = [];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at]!;
    const end = character === '[' ? endOfSet(characters, at) : -1;
    if (character === '*') matchers.push('any');
    else if (character === '?') matchers.push(() => true);
    else if (end > 0) {
      matchers.push(setOf(characters.slice(at + 1, end)));
      at = end;
    } else matchers.push((found) => found === character);
  }
  return matchers;
}

/** The bracket that closes a set; one that follows the opening one directly belongs to the set. */
function endOfSet(characters: readonly string[], start: number): number {
  const first = characters[start + 1] === '!' ? start + 2 : start + 1;
  return characters.indexOf(']', first + 1);
}

function setOf(content: readonly string[]): Matcher {
  const negated = content[0] === '!';
  const ranges: (readonly [string, string])[] = [];
  for (let at = negated ? 1 : 0; at < content.length; at += 1) {
    const first = content[at]!;
    const isRange = content[at + 1] === '-' && at + 2 < content.length;
    ranges.push([first, isRange ? content[at + 2]! : first]);
    if (isRange) at += 2;
  }
  const within = (found: string) => ranges.some(([first, last]) => first <= found && found <= last);
  return (found) => within(found) !== negated;
}

/** On a mismatch only the latest star takes one character more: an earlier one could do no better. */
function matchesSegment(matchers: readonly Matcher[], characters: readonly string[]): boolean {
  let matcher = 0;
  let at = 0;
  let star = -1;
  let taken = 0;
  while (at < characters.length) {
    const current = matchers[matcher];
    if (current === 'any') {
      star = matcher;
      taken = at;
      matcher += 1;
    } else if (current?.(characters[at]!)) {
      matcher += 1;
      at += 1;
    } else if (star >= 0) {
      taken += 1;
      at = taken;
      matcher = star + 1;
    } else return false;
  }
  while (matchers[matcher] === 'any') matcher += 1;
  return matcher === matchers.length;
}
