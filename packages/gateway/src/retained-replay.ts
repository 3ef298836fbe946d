import type { Connection } from './connection.ts';
import type { Core } from './core.ts';
import { deliver } from './delivery.ts';
import { guarded } from './fault.ts';
import { actionOn } from './judge.ts';
import type { Message } from './message.ts';
import type { Subscription } from './subscriptions.ts';
import { topicResource } from './topic-resource.ts';

/** Messages that are judged and sent in one turn of the loop, so that `#` holds nobody up. */
const turn = 256;

/** Brings the retained messages that match to a client that has subscribed. */
export function sendRetained(core: Core, connection: Connection, subscription: Subscription): void {
  connection.replay ??= new RetainedReplay(core, connection);
  connection.replay.begin(subscription);
}

/**
 * Retained messages on their way to one client: one subscription after the other, a number of messages a turn, and no
 * faster than the client takes them. What was replaced or cleared on the way is not sent: of that it hears live.
 */
export class RetainedReplay {
  readonly #core: Core;
  readonly #connection: Connection;
  /** Subscriptions whose turn has not come, by filter: one that comes again is not replayed twice. */
  readonly #waiting = new Map<string, Subscription>();
  #subscription: Subscription | undefined;
  #messages: readonly Message[] = [];
  #next = 0;
  #isScheduled = false;

  constructor(core: Core, connection: Connection) {
    this.#core = core;
    this.#connection = connection;
  }

  begin(subscription: Subscription): void {
    this.#waiting.set(subscription.filter, subscription);
    if (!this.#isScheduled) this.advance();
  }

  /** Goes on as far as there is room, within this turn. */
  advance(): void {
    for (let count = 0; this.#connection.isOpen && this.#hasMore(); count++) {
      if (count === turn) {
        this.#schedule((resume) => setImmediate(resume));
        return;
      }
      const message = this.#messages[this.#next] as Message;
      const isCurrent = this.#isCurrent(message);
      if (isCurrent && this.#mustWait(message)) return;
      this.#next++;
      if (isCurrent) this.#send(message);
    }
  }

  /** Finds the next message, of the next subscription if need be. */
  #hasMore(): boolean {
    while (this.#next === this.#messages.length) {
      const [next] = this.#waiting.values();
      this.#subscription = next;
      this.#next = 0;
      this.#messages = [];
      if (next === undefined) return false;
      this.#waiting.delete(next.filter);
      const { retained, system, lifeTime } = this.#core;
      this.#messages = [...retained.match(next.filter, lifeTime), ...system.match(next.filter)];
    }
    return true;
  }

  /** Until there is room in the window, of which an acknowledgement tells, or in the transport. */
  #mustWait({ qos }: Message): boolean {
    const { output, session, transport } = this.#connection;
    const isCounted = qos > 0 && (this.#subscription?.qos ?? 0) > 0;
    // What is on the disk waits in the session's queue, in its order, and outlives the connection.
    if (isCounted && session.kept !== undefined) return false;
    if (output.isCongested) {
      // Congested before the flush of this turn even, or after it.
      this.#schedule((resume) =>
        transport.writableNeedDrain ? transport.once('drain', resume) : setImmediate(resume),
      );
      return true;
    }
    return isCounted && (session.queued > 0 || session.window.isFull);
  }

  #isCurrent(message: Message): boolean {
    const { session } = this.#connection;
    const subscription = this.#subscription as Subscription;
    if (session.subscriptions.get(subscription.filter) !== subscription) return false;
    const { retained, system } = this.#core;
    return (retained.current(message.topic) ?? system.current(message.topic)) === message;
  }

  #schedule(when: (resume: () => void) => void): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    when(() => {
      this.#isScheduled = false;
      this.#core.observe();
      guarded(this.#connection, () => this.advance());
    });
  }

  /** Each is judged as a delivery, by what its publisher is worth now. */
  #send(message: Message): void {
    const core = this.#core;
    const { session, qos, identifier } = this.#subscription as Subscription;
    const topic = topicResource(message.topic);
    const context = { retain: true, will: message.will, publisher: message.publisher };
    const judgement = core.judge.message('receive', session.device, topic, context);
    const action = actionOn(topic, 'receive');
    core.counts.count(session.device.id, action, message.topic, judgement.allow);
    if (judgement.allow) {
      // [MQTT-3.8.4-8] (3.1.1: [MQTT-3.3.1-8] [MQTT-3.8.4-6])
      const least = message.qos < qos ? message.qos : qos;
      const identifiers = identifier === undefined ? undefined : [identifier];
      deliver(core, session, { message, qos: least, retain: true, identifiers });
      core.store.settle();
      return;
    }
    core.statistics.withheld++;
    const { policies } = judgement;
    core.denials.note({ device: session.device.id, action, topic: message.topic, policies }, core.now, 1);
  }
}
