import type { Core } from './core.ts';
import { deliver } from './delivery.ts';
import { tellFault } from './fault.ts';
import { type Delivery, hasExpired, type Message } from './message.ts';
import { type Queued, queuedInMemory } from './queued.ts';
import { retainedDelivery } from './retained-delivery.ts';
import type { Session } from './session.ts';
import type { Subscription } from './subscriptions.ts';

/** Of those for a kept session so many are put into its queue at once, the rest in smaller portions. */
const atOnce = 4_096;
const portion = 256;

/**
 * The retained messages that a subscription brings with QoS 1 or 2: those of the time of the SUBSCRIBE, one by one.
 * What was replaced or cleared since is left out: of that the session hears live.
 */
export class RetainedPart {
  readonly subscription: Subscription;
  readonly #core: Core;
  readonly #mark: number;
  /** Not held before its turn: what is replaced until then takes no memory. */
  #messages: readonly Message[] | undefined;
  #next = 0;

  constructor(core: Core, subscription: Subscription) {
    this.#core = core;
    this.subscription = subscription;
    this.#mark = core.retained.mark;
  }

  /** Whether nothing of it was looked at. */
  get isWhole(): boolean {
    return this.#messages === undefined;
  }

  get isOver(): boolean {
    return this.#next === this.#found().length;
  }

  /** The next one, if it is still what the topic has and the session may have it. */
  take(): Delivery | undefined {
    const message = this.#found()[this.#next++] as Message;
    const { retained, lifeTime } = this.#core;
    if (retained.current(message.topic) !== message || hasExpired(message, lifeTime)) return undefined;
    return retainedDelivery(this.#core, message, this.subscription);
  }

  #found(): readonly Message[] {
    const { retained, lifeTime } = this.#core;
    this.#messages ??= retained
      .match(this.subscription.filter, lifeTime, this.#mark)
      .filter(({ qos }) => qos > 0);
    return this.#messages;
  }
}

/**
 * Lets the retained messages of a subscription wait in its session's queue, behind what is there and before what is
 * published later [MQTT-4.6.0-5] [MQTT-4.6.0-6]: as one entry, however many they are. What waits for the same filter
 * already need not come twice.
 */
export function queueRetained(core: Core, subscription: Subscription): void {
  const { session, filter } = subscription;
  forget(session, (part) => part.subscription.filter === filter && part.isWhole);
  const queued: Queued = {
    ...{ sequence: 0, message: 0, bytes: 0, isShared: false, delivery: undefined, packetId: 0 },
    retained: new RetainedPart(core, subscription),
  };
  session.replays.add(queued);
  session.backlog.push(queued, true);
}

/** The subscription is gone: its retained messages are not wanted any more. */
export function forgetRetained(session: Session, filter: string): void {
  forget(session, (part) => part.subscription.filter === filter);
}

function forget({ backlog, replays }: Session, isUnwanted: (part: RetainedPart) => boolean): void {
  for (const queued of replays) {
    if (!isUnwanted(queued.retained as RetainedPart)) continue;
    replays.delete(queued);
    backlog.remove(queued);
  }
}

/**
 * The connection is over, and retained messages still waited for their turn: pending as they are, they belong to the
 * session (MQTT 5.0 §4.1), as far as its queue has room.
 */
export function settleRetained(core: Core, { backlog, replays }: Session): void {
  const { queuedMessages, queuedBytes } = core.limits;
  for (const entry of replays) {
    const part = entry.retained as RetainedPart;
    const left: Queued[] = [];
    let { bytes } = backlog;
    const others = backlog.size - 1;
    while (!part.isOver) {
      const delivery = part.take();
      if (delivery === undefined) continue;
      const queued = queuedInMemory(delivery);
      if (others + left.length < queuedMessages && bytes + queued.bytes <= queuedBytes) {
        left.push(queued);
        bytes += queued.bytes;
      } else {
        core.statistics.overflowed++;
        core.statistics.dropped++;
      }
    }
    backlog.replace(entry, left);
  }
  replays.clear();
}

/**
 * Puts retained messages into the queue of a session that is kept on the disk. `done` follows when they are handed
 * over, mostly within the call.
 */
export function keepRetained(core: Core, parts: readonly RetainedPart[], done: () => void): void {
  const waiting = [...parts];
  const [{ subscription }] = parts as [RetainedPart];
  const { session } = subscription;
  const { kept } = session;
  const goOn = (most: number): void => {
    for (let count = 0; count < most; count++) {
      while (waiting[0]?.isOver === true) waiting.shift();
      const [part] = waiting;
      if (part === undefined || session.kept !== kept) {
        done();
        return;
      }
      const delivery = part.take();
      if (delivery === undefined) continue;
      deliver(core, session, delivery);
      core.store.settle();
    }
    setImmediate(() => {
      core.observe();
      try {
        goOn(portion);
      } catch (error) {
        tellFault(core.emit, error, core.now);
      }
    });
  };
  goOn(atOnce);
}
