import { isSubject, type Subject } from './subject.ts';

/** Which messages are readings: every device that publishes to such a topic has a stream of its own. */
export interface StreamPattern {
  /** The name of the declaration. */
  readonly id: string;
  /** An MQTT topic filter. What its wildcards stand for, beside the device, tells one stream from another. */
  readonly filter: string;
  /** Whether the last wildcard stands for a channel of the stream, and not for another stream. */
  readonly namesChannel: boolean;
}

/** Where a message belongs. */
export interface StreamPlace {
  /**
   * `DEVICE/DECLARATION`, and behind it what else the wildcards of the filter stand for. `undefined` if no subject may have
   * such a name: nothing is ever found of it.
   */
  readonly stream: string | undefined;
  /** What the wildcard stands for that names a channel. */
  readonly channel: string | undefined;
}

/** The stream that a device's messages to a topic are of; `undefined` if the pattern is not about them. */
export function streamPlaceOf(
  { id, filter, namesChannel }: StreamPattern,
  device: string,
  topic: string,
): StreamPlace | undefined {
  const captured = capturesOf(filter, topic);
  if (captured === undefined) return undefined;
  const channel = namesChannel ? captured.at(-1)?.text : undefined;
  // The second level of a device's own topics is its name.
  const others = captured
    .slice(0, channel === undefined ? undefined : -1)
    .filter(({ level, text }) => level !== 1 || text !== device);
  const stream = [device, id, ...others.map(({ text }) => text)].join('/');
  return { stream: isSubject(streamSubject(stream)) ? stream : undefined, channel };
}

export function streamSubject(stream: string): Subject {
  return { kind: 'stream', id: stream };
}

/** The device that a stream is a part of: what stands before the first slash. */
export function deviceOfStream(stream: string): string {
  const end = stream.indexOf('/');
  return end < 0 ? stream : stream.slice(0, end);
}

/** The declaration that made it a stream: what stands behind that. */
export function declarationOfStream(stream: string): string {
  return stream.split('/', 2)[1] ?? '';
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
