import type { Connection } from './connection.ts';
import type { Core } from './core.ts';
import { deliver } from './delivery.ts';
import { guarded } from './fault.ts';
import type { Message } from './message.ts';
import { retainedDelivery } from './retained-delivery.ts';
import type { Subscription } from './subscriptions.ts';

/** Messages that are looked at in one turn of the loop, so that `#` holds nobody up. */
const turn = 256;

interface Wish {
  readonly subscription: Subscription;
  /** What was retained later than that comes live. */
  readonly mark: number;
}

/**
 * Retained messages that go to one client with QoS 0: one subscription after the other, a number of messages a turn,
 * and no faster than the client takes them. What was replaced or cleared on the way is not sent: of that it hears live.
 */
export class RetainedReplay {
  readonly #core: Core;
  readonly #connection: Connection;
  /** Subscriptions whose turn has not come, by filter: one that comes again is not replayed twice. */
  readonly #waiting = new Map<string, Wish>();
  #subscription: Subscription | undefined;
  #messages: readonly Message[] = [];
  #next = 0;
  #isScheduled = false;

  constructor(core: Core, connection: Connection) {
    this.#core = core;
    this.#connection = connection;
  }

  /** Notes what there is for a subscription. It comes with {@link advance}. */
  begin(subscription: Subscription): void {
    this.#waiting.delete(subscription.filter);
    this.#waiting.set(subscription.filter, { subscription, mark: this.#core.retained.mark });
  }

  /** Goes on as far as there is room, within this turn. */
  advance(): void {
    if (this.#isScheduled) return;
    for (let count = 0; this.#connection.isOpen && this.#hasMore(); count++) {
      if (count === turn) {
        this.#schedule((resume) => setImmediate(resume));
        return;
      }
      const message = this.#messages[this.#next] as Message;
      const isWanted = this.#isWanted(message);
      if (isWanted && this.#mustWait()) return;
      this.#next++;
      if (isWanted) this.#send(message);
    }
  }

  /** Finds the next message, of the next subscription if need be. */
  #hasMore(): boolean {
    while (this.#next === this.#messages.length) {
      const [next] = this.#waiting.values();
      this.#subscription = next?.subscription;
      this.#next = 0;
      this.#messages = [];
      if (next === undefined) return false;
      const { filter, qos } = next.subscription;
      this.#waiting.delete(filter);
      const { retained, system, lifeTime } = this.#core;
      const found = retained.match(filter, lifeTime, next.mark);
      this.#messages = [
        ...(qos === 0 ? found : found.filter((message) => message.qos === 0)),
        ...system.match(filter),
      ];
    }
    return true;
  }

  /** Until there is room in the transport. */
  #mustWait(): boolean {
    const { output, transport } = this.#connection;
    if (!output.isCongested) return false;
    // Congested before the flush of this turn even, or after it.
    this.#schedule((resume) =>
      transport.writableNeedDrain ? transport.once('drain', resume) : setImmediate(resume),
    );
    return true;
  }

  #isWanted(message: Message): boolean {
    const { session, filter } = this.#subscription as Subscription;
    if (!session.subscriptions.has(filter)) return false;
    const { retained, system } = this.#core;
    return (retained.current(message.topic) ?? system.current(message.topic)) === message;
  }

  #schedule(when: (resume: () => void) => void): void {
    this.#isScheduled = true;
    when(() => {
      this.#isScheduled = false;
      this.#core.observe();
      guarded(this.#connection, () => this.advance());
    });
  }

  #send(message: Message): void {
    const subscription = this.#subscription as Subscription;
    const delivery = retainedDelivery(this.#core, message, subscription);
    if (delivery !== undefined) deliver(this.#core, subscription.session, delivery);
  }
}
