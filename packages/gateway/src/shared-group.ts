import type { Session } from './session.ts';
import type { Subscription } from './subscriptions.ts';

/** How well a member could take a message now; 0: not at all, the largest: at once. */
export type Fitness = 0 | 1 | 2 | 3;

/** So many members are looked at for one that takes it at once, before a lesser one has to do. */
const searched = 128;

/** The members that share the messages of one filter under one name (MQTT 5.0 §4.8.2). */
export class SharedGroup {
  readonly name: string;
  /** Without `$share/` and the name. */
  readonly pattern: string;
  readonly #members: Subscription[] = [];
  #next = 0;

  constructor(name: string, pattern: string) {
    this.name = name;
    this.pattern = pattern;
  }

  /** As its members subscribe to it. */
  get filter(): string {
    return `$share/${this.name}/${this.pattern}`;
  }

  get size(): number {
    return this.#members.length;
  }

  /** Whether a message to the group may go to a session that is kept. */
  get isKept(): boolean {
    return this.#members.some(({ session }) => session.kept !== undefined);
  }

  /** Adds a member, in place of the earlier subscription of the same session. */
  join(member: Subscription): boolean {
    const at = this.#indexOf(member.session);
    if (at >= 0) this.#members[at] = member;
    else this.#members.push(member);
    return at < 0;
  }

  /** Puts the members that another worker has in place of those that it had. */
  setElsewhere(session: Session, members: readonly Subscription[]): void {
    const others = this.#members.filter((member) => member.session !== session);
    this.#members.splice(0, this.#members.length, ...others, ...members);
    this.#next %= Math.max(1, this.#members.length);
  }

  /** Those of this worker. */
  get own(): readonly Subscription[] {
    return this.#members.filter(({ session }) => session.link === undefined);
  }

  leave(session: Session): boolean {
    const at = this.#indexOf(session);
    if (at < 0) return false;
    this.#members.splice(at, 1);
    if (at < this.#next) this.#next--;
    return true;
  }

  /** Whose turn it is: in a circle, those that can take the message at once before those that can later. */
  choose(fitnessOf: (member: Subscription) => Fitness): Subscription | undefined {
    const { length } = this.#members;
    let best: Fitness = 0;
    let chosen = -1;
    for (let step = 0; step < length && best < 3 && (step < searched || best === 0); step++) {
      const at = (this.#next + step) % length;
      const fitness = fitnessOf(this.#members[at] as Subscription);
      if (fitness <= best) continue;
      best = fitness;
      chosen = at;
    }
    if (chosen < 0) return undefined;
    this.#next = (chosen + 1) % length;
    return this.#members[chosen];
  }

  #indexOf(session: Session): number {
    return this.#members.findIndex((member) => member.session === session);
  }
}
