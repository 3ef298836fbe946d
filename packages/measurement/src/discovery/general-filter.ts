/** The second level of a device's own topics is its name: the same of all devices. */
export function generalFilter(topic: string, device: string): string {
  const levels = topic.split('/');
  return levels.map((level, at) => (at === 1 && level === device ? '+' : level)).join('/');
}
