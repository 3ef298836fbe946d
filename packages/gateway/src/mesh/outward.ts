import { reasonCodes } from '@kiten/wire';
import type { Connection } from '../connection.ts';
import type { Core } from '../core.ts';
import type { CachedDecision } from '../decision-cache.ts';
import { guarded } from '../fault.ts';
import { hasExpired, type Message } from '../message.ts';
import { Asked } from './asked.ts';
import type { Link } from './link.ts';
import type { MessageHead } from './link-message.ts';
import type { OtherInterest } from './other-interest.ts';

/** The links that messages may go by. */
export interface Ways {
  readonly all: ReadonlyMap<number, Link>;
  /** That of the keeper, also while it is away. */
  readonly keeper: () => Link | undefined;
}

/** What is published here and goes to other workers, and who waits for what becomes of it there. */
export class Outward {
  readonly #core: Core;
  readonly #others: OtherInterest;
  readonly #ways: Ways;
  /** What the message that is being published waits for. */
  #asked: Asked | undefined;

  constructor(core: Core, others: OtherInterest, ways: Ways) {
    this.#core = core;
    this.#others = others;
    this.#ways = ways;
  }

  /** Passes on to other workers what was published here; they do not pass it on. */
  forward(decision: CachedDecision, message: Message): void {
    if (decision.isHeard) return;
    const stamp = this.#stampOf(message);
    if (stamp === undefined) {
      for (const { link, kept } of decision.links) {
        if (kept && link.isKeeping && message.qos > 0) this.keep(link, message, message.qos);
        else if (!link.isLost) link.message(message, message.qos);
      }
      return;
    }
    const keeper = this.#ways.keeper();
    for (const link of this.#ways.all.values())
      if (link !== keeper && !link.isLost) link.message(message, message.qos, { stamp });
    if (keeper === undefined) return;
    if (keeper.isKeeping && message.qos > 0) this.keep(keeper, message, message.qos, { stamp });
    else if (!keeper.isLost) keeper.message(message, message.qos, { stamp });
  }

  /** Passes a message on to another worker that keeps it; whoever waits for that is held by {@link holdAnswer}. */
  keep(link: Link, message: Message, qos: 0 | 1 | 2, more: Partial<MessageHead> = {}): void {
    this.#asked ??= new Asked();
    const done = this.#asked.one();
    if (link.isLost) queueMicrotask(() => done('lost'));
    else link.message(message, qos, { ...more, ticket: link.ticket(done) });
  }

  /** Passes a message on to the members that another worker has in a group. */
  share(link: Link, message: Message, group: string, hops = 0): void {
    const more = { group, ...(hops === 0 ? {} : { hops }) };
    const isKept = message.qos > 0 && link.isKeeping && this.#others.isKept(link, group);
    if (isKept) this.keep(link, message, message.qos, more);
    else if (!link.isLost) link.message(message, message.qos, more);
  }

  /**
   * What was published just now is answered once those who keep it have it. If there is no room for it a client of
   * version 5 is told; for all other reasons the connection ends, and the client sends it again.
   */
  holdAnswer(connection: Connection): Asked | undefined {
    const asked = this.#asked;
    if (asked === undefined) return undefined;
    this.#asked = undefined;
    const release = connection.answers.reserve(() => undefined);
    asked.whenDone((outcome) => {
      if (outcome === 'lost' || (outcome === 'full' && connection.version === 4))
        guarded(connection, () => connection.end('not-kept', reasonCodes.serverBusy));
      release();
    });
    return asked;
  }

  /** Nobody waits for what was published just now. */
  forgetAnswer(): void {
    this.#asked = undefined;
  }

  /** Of a message that is retained here, or clears what was. */
  #stampOf(message: Message): number | undefined {
    const { retained } = this.#core;
    if (!message.retain) return undefined;
    const isIt = message.payload.length === 0 || retained.current(message.topic) === message;
    return isIt ? retained.stampOf(message.topic) : undefined;
  }

  /** Tells a worker what is retained here, and what was. */
  tellRetained(link: Link): void {
    const { retained, lifeTime } = this.#core;
    for (const message of retained.all()) {
      const stamp = retained.stampOf(message.topic);
      if (stamp !== undefined && !hasExpired(message, lifeTime))
        link.message(message, message.qos, { stamp, isOld: true });
    }
    for (const [topic, stamp] of retained.stamps?.allCleared ?? [])
      link.message(clearing(this.#core, topic), 0, { stamp, isOld: true });
  }
}

function clearing(core: Core, topic: string): Message {
  const nothing = { qos: 0, retain: true, will: false, properties: {}, expiresAt: undefined } as const;
  return { ...nothing, topic, payload: Buffer.alloc(0), publisher: core.broker, clientId: '' };
}
