import type { Qos, Subscription } from '@kiten/wire';
import { lifeLeft, type Message } from './message.ts';

/** A subscription as it was granted. */
export interface Grant extends Pick<Subscription, 'filter' | 'qos' | 'noLocal' | 'retainAsPublished'> {
  readonly identifier: number | undefined;
}

/** What a PUBLISH may look like that brings a message to a session. */
export interface Form {
  readonly qos: Qos;
  /** On the grounds of these. */
  readonly grants: readonly Grant[];
  /** The values that its RETAIN flag may have. */
  readonly retain: readonly boolean[];
}

/** `live`: published while there was a subscription; `retained`: sent because of a SUBSCRIBE; `shared`: to one of a group. */
export type Cause = 'live' | 'retained' | 'shared';

/**
 * A message that a session is to get. Of subscriptions that overlap the broker makes one copy or several, as it
 * likes (MQTT 5.0 §3.3.4).
 */
export class Due {
  readonly message: Message;
  readonly cause: Cause;
  /** When the reason for it came about, on the scale of {@link Message.order}. */
  readonly order: number;
  /** Whether it has to come. */
  isRequired: boolean;
  #left: readonly Grant[];
  #isBegun = false;

  constructor(message: Message, cause: Cause, grants: readonly Grant[], order: number, isRequired: boolean) {
    this.message = message;
    this.cause = cause;
    this.order = order;
    this.isRequired = isRequired;
    this.#left = grants;
  }

  /** The largest QoS that it may have. */
  get qos(): Qos {
    return Math.max(...this.#left.map((grant) => this.#qosBy(grant))) as Qos;
  }

  get isDone(): boolean {
    return this.#left.length === 0;
  }

  /** The forms that the next PUBLISH of it may have. */
  forms(): Form[] {
    const single = this.#left.map((grant) => this.#form([grant]));
    return this.#isBegun || single.length < 2 ? single : [this.#form(this.#left), ...single];
  }

  /** Whether nothing is left of it after a PUBLISH of that form. */
  isWhole({ grants }: Form): boolean {
    return grants.length === this.#left.length;
  }

  /** It was sent in that form. What may still come of it need not. */
  take(form: Form): void {
    if (form.qos === this.qos) this.isRequired = false;
    this.#left = this.#left.filter((grant) => !form.grants.includes(grant));
    this.#isBegun = true;
  }

  /** Whether it may be sent at that time at all [MQTT-3.3.2-5]. */
  isAlive(now: number): boolean {
    return lifeLeft(this.message, now) >= 0;
  }

  /** Whether it is a retained message that a SUBSCRIBE to that filter brings. */
  isRetainedBy(filter: string): boolean {
    return this.cause === 'retained' && this.#left.some((grant) => grant.filter === filter);
  }

  /** Whether any of the subscriptions that it is due to is still there. */
  rests(grants: ReadonlyMap<string, Grant>): boolean {
    return this.#left.some(({ filter }) => grants.has(filter));
  }

  #form(grants: readonly Grant[]): Form {
    // [MQTT-3.3.4-2] [MQTT-3.8.4-8]
    const qos = Math.max(...grants.map((grant) => this.#qosBy(grant))) as Qos;
    // [MQTT-3.3.1-12] [MQTT-3.3.1-13]; where one copy has to do for both, it may be either.
    const flags = grants.map(({ retainAsPublished }) => retainAsPublished && this.message.retain);
    return { qos, grants, retain: this.cause === 'retained' ? [true] : flags };
  }

  #qosBy(grant: Grant): number {
    return Math.min(grant.qos, this.message.qos);
  }
}
