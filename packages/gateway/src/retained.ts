import { topicLevels } from '@kiten/wire';
import type { Limits } from './limits.ts';
import type { RetainedStamps } from './mesh/retained-stamps.ts';
import { hasExpired, type Message } from './message.ts';
import { memoryStore } from './persistence/memory-store.ts';
import type { SessionStore } from './persistence/store.ts';

interface Level {
  readonly below: Map<string, Level>;
  message: Message | undefined;
  /** The how-manieth to be retained it was. */
  number: number;
  /** Among all workers. */
  stamp: number;
}

/** The last retained message of each topic, by level, bounded in number and bytes. */
export class RetainedMessages {
  size = 0;
  bytes = 0;
  readonly #root: Level = emptyLevel();
  #last = 0;
  readonly #limits: Limits;
  readonly #store: SessionStore;
  /** Where there are several workers. */
  stamps: RetainedStamps | undefined;

  constructor(limits: Limits, store: SessionStore = memoryStore) {
    this.#limits = limits;
    this.#store = store;
  }

  /** Keeps it in place of what the topic had; an empty payload clears the topic [MQTT-3.3.1-6]. False: no room. */
  store(message: Message): boolean {
    const levels = topicLevels(message.topic);
    if (message.payload.length === 0) {
      this.#remove(levels);
      this.stamps?.cleared(message.topic);
      return true;
    }
    const before = this.#find(levels);
    if (!this.#hasRoom(message, before)) return false;
    this.#store.retain(message);
    this.#put(levels, message, before);
    return true;
  }

  /** Keeps what another worker had room for, if nothing later is known of its topic; an empty payload clears it. */
  take(message: Message, stamp: number): void {
    const levels = topicLevels(message.topic);
    if (stamp <= (this.stampOf(message.topic) ?? -1)) return;
    this.stamps?.see(stamp);
    if (message.payload.length === 0) {
      this.#remove(levels);
      this.stamps?.cleared(message.topic, stamp);
      return;
    }
    this.#store.retain(message);
    this.#put(levels, message, this.#find(levels), stamp);
  }

  /** Which of all workers' changes of a topic was the last one known here. */
  stampOf(topic: string): number | undefined {
    return this.stamps?.clearedAs(topic) ?? this.#level(topicLevels(topic))?.stamp;
  }

  /** Puts back what was retained when the process ended. */
  restore(message: Message): void {
    const levels = topicLevels(message.topic);
    this.#put(levels, message, this.#find(levels));
  }

  /** All of them. What is added or removed meanwhile may or may not be among them. */
  *all(): Generator<Message> {
    yield* each(this.#root);
  }

  #put(
    levels: readonly string[],
    message: Message,
    before: Message | undefined,
    stamp = this.stamps?.next() ?? 0,
  ): void {
    let level = this.#root;
    for (const name of levels) {
      const next: Level = level.below.get(name) ?? emptyLevel();
      level.below.set(name, next);
      level = next;
    }
    this.#account(before, -1);
    level.message = message;
    level.number = ++this.#last;
    level.stamp = stamp;
    this.stamps?.forget(message.topic);
    this.#account(message, 1);
  }

  /** The number of the message that was retained last. */
  get mark(): number {
    return this.#last;
  }

  /**
   * The messages for a filter, of those that were retained up to that mark; a wildcard at its start leaves topics that
   * begin with `$` out [MQTT-4.7.2-1].
   */
  match(filter: string, now: number, mark = this.#last): Message[] {
    const found: Message[] = [];
    collect(this.#root, topicLevels(filter), 0, ({ message, number }) => {
      if (message !== undefined && number <= mark && !hasExpired(message, now)) found.push(message);
    });
    return found;
  }

  /** What the topic has at present. */
  current(topic: string): Message | undefined {
    return this.#find(topicLevels(topic));
  }

  /** Drops what has expired, and what the given test says. */
  sweep(now: number, unwanted: (message: Message) => boolean = () => false): void {
    const gone: Message[] = [];
    visit(this.#root, ({ message }) => {
      if (message !== undefined && (hasExpired(message, now) || unwanted(message))) gone.push(message);
    });
    for (const message of gone) this.#remove(topicLevels(message.topic));
  }

  #hasRoom(message: Message, before: Message | undefined): boolean {
    const { retainedMessages, retainedMessagesPerDevice, retainedBytes } = this.#limits;
    const more = before === undefined ? 1 : 0;
    const ofDevice = message.publisher.retainedMessages + (before?.publisher === message.publisher ? 0 : 1);
    return (
      this.size + more <= retainedMessages &&
      ofDevice <= retainedMessagesPerDevice &&
      this.bytes + sizeOf(message) - (before === undefined ? 0 : sizeOf(before)) <= retainedBytes
    );
  }

  #find(levels: readonly string[]): Message | undefined {
    return this.#level(levels)?.message;
  }

  #level(levels: readonly string[]): Level | undefined {
    let level: Level | undefined = this.#root;
    for (const name of levels) level = level?.below.get(name);
    return level;
  }

  #remove(levels: readonly string[]): void {
    const path: Level[] = [this.#root];
    for (const name of levels) {
      const next = path.at(-1)?.below.get(name);
      if (next === undefined) return;
      path.push(next);
    }
    const last = path.at(-1) as Level;
    if (last.message !== undefined) this.#store.clearRetained(last.message.topic);
    this.#account(last.message, -1);
    last.message = undefined;
    for (let depth = path.length - 1; depth > 0; depth--) {
      const level = path[depth] as Level;
      if (level.message !== undefined || level.below.size > 0) return;
      path[depth - 1]?.below.delete(levels[depth - 1] as string);
    }
  }

  #account(message: Message | undefined, sign: 1 | -1): void {
    if (message === undefined) return;
    this.size += sign;
    this.bytes += sign * sizeOf(message);
    message.publisher.retainedMessages += sign;
  }
}

function* each({ message, below }: Level): Generator<Message> {
  if (message !== undefined) yield message;
  for (const next of below.values()) yield* each(next);
}

function sizeOf(message: Message): number {
  return message.topic.length + message.payload.length;
}

function emptyLevel(): Level {
  return { below: new Map(), message: undefined, number: 0, stamp: 0 };
}

function collect(level: Level, filter: readonly string[], index: number, see: (found: Level) => void): void {
  if (index === filter.length) {
    see(level);
    return;
  }
  const name = filter[index] as string;
  if (name === '#') visit(level, see, index === 0);
  else if (name === '+') {
    for (const [text, next] of level.below) {
      if (index > 0 || !text.startsWith('$')) collect(next, filter, index + 1, see);
    }
  } else {
    const next = level.below.get(name);
    if (next !== undefined) collect(next, filter, index + 1, see);
  }
}

function visit(level: Level, see: (found: Level) => void, atRoot = false): void {
  see(level);
  for (const [name, next] of level.below) if (!atRoot || !name.startsWith('$')) visit(next, see);
}
