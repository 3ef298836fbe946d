import { isSubject, type Subject } from '@kiten/trust';
import type { StreamDeclaration } from './declaration.ts';

/** Where a message belongs. */
export interface StreamPlace {
  /** `DEVICE/DECLARATION`, and behind it what else the wildcards of the filter stand for. */
  readonly stream: string;
  /** The channel that the topic names; of the form `number` alone. */
  readonly channel: string | undefined;
}

/**
 * The stream that a device's messages to a topic are of; `undefined` if the declaration is not about them, or if the stream
 * would have a name that no subject may have.
 */
export function placeOf(
  { id, filter, form, fields }: Pick<StreamDeclaration, 'id' | 'filter' | 'form' | 'fields'>,
  device: string,
  topic: string,
): StreamPlace | undefined {
  const captured = capturesOf(filter, topic);
  if (captured === undefined) return undefined;
  const isNumber = form === 'number';
  const named = isNumber && filter.endsWith('+') ? captured.at(-1)?.text : undefined;
  const channel = isNumber ? (named ?? fields[0]) : undefined;
  // The second level of a device's own topics is its name.
  const others = captured
    .slice(0, named === undefined ? undefined : -1)
    .filter(({ level, text }) => level !== 1 || text !== device);
  const stream = [device, id, ...others.map(({ text }) => text)].join('/');
  return isSubject(streamSubject(stream)) ? { stream, channel } : undefined;
}

export function streamSubject(stream: string): Subject {
  return { kind: 'stream', id: stream };
}

/** The device that a stream is a part of: what stands before the first slash. */
export function deviceOfStream(stream: string): string {
  const end = stream.indexOf('/');
  return end < 0 ? stream : stream.slice(0, end);
}

interface Capture {
  readonly level: number;
  readonly text: string;
}

/** What the wildcards of a filter stand for in a topic; `undefined` if it does not match (MQTT 5.0 §4.7). */
function capturesOf(filter: string, topic: string): readonly Capture[] | undefined {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  if (topic.startsWith('$') && (wanted[0] === '+' || wanted[0] === '#')) return undefined;
  const captured: Capture[] = [];
  for (const [level, want] of wanted.entries()) {
    if (want === '#') {
      const text = levels.slice(level).join('/');
      return text === '' ? captured : [...captured, { level, text }];
    }
    const text = levels[level];
    if (text === undefined || (want !== '+' && want !== text)) return undefined;
    if (want === '+') captured.push({ level, text });
  }
  return levels.length === wanted.length ? captured : undefined;
}
