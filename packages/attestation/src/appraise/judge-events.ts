import { hexOf, textOf } from '../hash.ts';
import type { RuntimeReference } from '../runtime/runtime-reference.ts';
import type { EventStream, RuntimeEvent } from '../runtime/runtime-report.ts';
import { type Conclusion, conclude, worstOn } from './conclusion.ts';

/** How far the events of a device are known. It outlives a boot: the numbering goes on. */
export interface EventState {
  /** Hexadecimal. */
  readonly stream: string;
  /** The number of the next event. */
  readonly next: number;
  readonly lost: number;
}

export interface JudgedEvents {
  readonly conclusion: Conclusion;
  readonly state: EventState;
}

/** Whether the events since the last report are all there, and tell of nothing that is not approved. */
export function judgeEvents(
  stream: EventStream,
  before: EventState | undefined,
  references: readonly RuntimeReference[],
): JudgedEvents {
  const id = hexOf(textOf(stream.stream));
  const known = before?.stream === id ? before : undefined;
  const end = stream.first + stream.events.length;
  const news =
    known === undefined ? stream.events : stream.events.slice(Math.max(0, known.next - stream.first));
  const found = [...continuity(stream, before, known), ...news.flatMap((event) => judge(event, references))];
  const conclusion =
    worstOn('events', found) ?? conclude('events-complete', 'events', { first: stream.first, end });
  // Numbers that went back stay known: whoever rolls the numbering back is found again the next time.
  const next = Math.max(end, known?.next ?? 0);
  return { conclusion, state: { stream: id, next, lost: Math.max(stream.lost, known?.lost ?? 0) } };
}

function continuity(
  stream: EventStream,
  before: EventState | undefined,
  known: EventState | undefined,
): Conclusion[] {
  if (before === undefined) return [];
  const { first, lost, events } = stream;
  const end = first + events.length;
  if (known === undefined) return [conclude('events-restarted', 'events', { next: before.next })];
  if (first > known.next) {
    const parameters = { first: known.next, last: first - 1, count: first - known.next };
    return [conclude('events-gap', 'events', parameters)];
  }
  if (end < known.next) return [conclude('events-went-back', 'events', { end, next: known.next })];
  return lost > known.lost ? [conclude('events-lost', 'events', { count: lost - known.lost })] : [];
}

function judge(
  { kind, process, detail }: RuntimeEvent,
  references: readonly RuntimeReference[],
): Conclusion[] {
  const short = { path: (process || '–').slice(0, 200), detail: detail.slice(0, 200) };
  if (kind === 'module-loaded') {
    const known = references.flatMap(({ modules }) => modules ?? []);
    if (known.length === 0 || known.some((modules) => modules.has(detail))) return [];
    return [conclude('event-module-unapproved', 'events', short)];
  }
  if (kind === 'privilege-gained') {
    const known = references.flatMap(({ privileged }) => privileged ?? []);
    if (known.length === 0 || known.some((paths) => paths.has(process))) return [];
    return [conclude('event-privilege-unapproved', 'events', short)];
  }
  return [];
}
