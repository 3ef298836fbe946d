/**
 * Whether a topic is meant by an MQTT filter, as a condition of Cedar. There `*` stands for any characters, `/` among them;
 * how many levels there are is told by the slashes: as many as in the filter, and no more.
 */
export function filterCondition(filter: string): string {
  const levels = filter.split('/');
  const meant = levels.at(-1) === '#' ? below(levels.slice(0, -1)) : exactly(levels);
  const [first] = levels;
  if (first !== '+' && first !== '#') return meant;
  // A wildcard at the start stands for no topic of the broker’s own [MQTT-4.7.2-1].
  return `(${meant}) && !(${isLike('$*')})`;
}

/**
 * The levels, from 1 on, whose `+` stands for several levels as well in that condition: behind them the filter says something
 * else, and then ends with `#`, so that nobody can count the slashes.
 */
export function widerLevels(filter: string): readonly number[] {
  const levels = filter.split('/');
  if (levels.at(-1) !== '#') return [];
  const lastNamed = levels.findLastIndex((level) => level !== '+' && level !== '#');
  return levels.flatMap((level, at) => (level === '+' && at < lastNamed ? [at + 1] : []));
}

function exactly(levels: readonly string[]): string {
  const meant = isLike(patternOf(levels));
  if (!levels.includes('+')) return meant;
  return `${meant} && !(${isLike(patternOf([...levels, '+'].map(() => '+')))})`;
}

/** What `#` stands for: the level above it as well. */
function below(levels: readonly string[]): string {
  const meant = isLike(patternOf([...levels, '#']));
  return levels.length === 0 ? meant : `${exactly(levels)} || ${meant}`;
}

function patternOf(levels: readonly string[]): string {
  return levels
    .map((level) => (level === '+' || level === '#' ? '*' : quoted(level).replaceAll('*', '\\*')))
    .join('/');
}

const isLike = (pattern: string): string => `resource.path like "${pattern}"`;

const quoted = (text: string): string =>
  [...text]
    .map((character) =>
      /["\\\p{Cc}]/u.test(character) ? `\\u{${character.codePointAt(0)?.toString(16)}}` : character,
    )
    .join('');
