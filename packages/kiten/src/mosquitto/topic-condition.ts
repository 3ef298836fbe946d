/**
 * What a topic filter is in Cedar, where `*` of `like` stands for any text, levels included: a condition on
 * `resource.path` that holds for exactly the topics that the filter matches. `undefined` if there is none.
 */
export function topicCondition(filter: string): string | undefined {
  const levels = filter.split('/');
  const wild = levels.findIndex(isWild);
  if (wild < 0) return `resource.path == ${cedarText(filter)}`;
  // MQTT 5.0 §4.7.2: a wildcard at the beginning is not for topics of the server.
  const notSystem = wild === 0 ? ' && !(resource.path like "$*")' : '';
  return levels.at(-1) === '#' ? below(levels.slice(0, -1), notSystem) : levelByLevel(levels, notSystem);
}

/** A condition that holds for all topics that the filter matches, and may for more. */
export function widerCondition(filter: string): string {
  const levels = filter.split('/');
  const pattern = like(levels);
  if (levels.at(-1) !== '#') return pattern;
  return levels.length === 1 ? pattern : `(${pattern} || ${like(levels.slice(0, -1))})`;
}

/** What a subscription is judged by: the beginning of its filter up to the first wildcard. */
export function subscriptionCondition(filter: string): string {
  const levels = filter.split('/');
  const wild = levels.findIndex(isWild);
  if (wild < 0) return `resource.path == ${cedarText(filter)}`;
  const beginning = levels.slice(0, wild).map((level) => `${level}/`);
  const under = `resource.path like ${cedarPattern(`${beginning.join('')}*`, beginning.join('').length)}`;
  const parent = levels.slice(0, wild).join('/');
  return levels[wild] === '#' && wild > 0 ? `(${under} || resource.path == ${cedarText(parent)})` : under;
}

function levelByLevel(levels: readonly string[], notSystem: string): string {
  const deeper = `resource.path like "${Array(levels.length + 1)
    .fill('*')
    .join('/')}"`;
  return `(${like(levels)} && !(${deeper})${notSystem})`;
}

/** `a/b/#` is `a/b` and all below; before it, wildcards have to come last for `*` to stand for one level each. */
function below(levels: readonly string[], notSystem: string): string | undefined {
  const wild = levels.findIndex(isWild);
  if (levels.length === 0) return `(resource.path like "*"${notSystem})`;
  if (wild < 0) {
    const parent = levels.join('/');
    return `(resource.path == ${cedarText(parent)} || ${like([...levels, '#'])})`;
  }
  if (!levels.slice(wild).every(isWild)) return undefined;
  return `(${like(levels)}${notSystem})`;
}

function like(levels: readonly string[]): string {
  const text = levels.map((level) => (isWild(level) ? '*' : escaped(level).replaceAll('*', '\\*'))).join('/');
  return `resource.path like "${text}"`;
}

function isWild(level: string): boolean {
  return level === '+' || level === '#';
}

/** A text of Cedar. */
export function cedarText(text: string): string {
  return `"${escaped(text)}"`;
}

/** A pattern whose wildcards stand from `from` on. */
function cedarPattern(text: string, from: number): string {
  return `"${escaped(text.slice(0, from)).replaceAll('*', '\\*')}${text.slice(from)}"`;
}

function escaped(text: string): string {
  return text.replaceAll(/["\\]|[^\x20-\x7e]/gu, (character) =>
    character === '"' || character === '\\'
      ? `\\${character}`
      : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
