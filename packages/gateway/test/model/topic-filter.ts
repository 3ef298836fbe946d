/** Whether a filter matches a topic, read off MQTT 5.0 §4.7 as it stands there. */
export function filterMatches(filter: string, topic: string): boolean {
  // [MQTT-4.7.2-1]
  if (topic.startsWith('$') && /^[+#]/u.test(filter)) return false;
  return levelsMatch(filter.split('/'), topic.split('/'));
}

function levelsMatch([wanted, ...deeper]: readonly string[], topic: readonly string[]): boolean {
  // `#` stands for its parent and all that is below.
  if (wanted === '#') return true;
  if (wanted === undefined) return topic.length === 0;
  const [level, ...below] = topic;
  if (level === undefined) return false;
  return (wanted === '+' || wanted === level) && levelsMatch(deeper, below);
}

/** The parts of `$share/NAME/FILTER` (MQTT 5.0 §4.8.2). */
export function patternOf(sharedFilter: string): string {
  return sharedFilter.split('/').slice(2).join('/');
}
