import type { SharedGroup } from '../shared-group.ts';
import type { Subscription, SubscriptionWatcher } from '../subscriptions.ts';
import type { Link } from './link.ts';
import type { LinkMessage } from './link-message.ts';

type Told = Extract<LinkMessage, { kind: 'interest' | 'group' }>;
type Unnumbered<T> = T extends unknown ? Omit<T, 'number'> : never;

/**
 * What this worker tells the others about its subscribers: the patterns, and the groups with how many members they
 * have. Each change has a number, and whoever answers a SUBSCRIBE waits until all others know of it: from then on
 * nobody publishes past it.
 */
export class OwnInterest implements SubscriptionWatcher {
  readonly #links: () => Iterable<Link>;
  /** What was told and holds, by pattern and by filter of the group. */
  readonly #patterns = new Map<string, Told>();
  readonly #groups = new Map<string, Told>();
  #number = 0;
  #waiting: { readonly number: number; readonly give: () => void }[] = [];

  constructor(links: () => Iterable<Link>) {
    this.#links = links;
  }

  pattern(pattern: string, added: Subscription | undefined): void {
    const told = this.#patterns.get(pattern);
    const has = added !== undefined;
    // Once there was a kept one the pattern counts as kept until it has nobody: to look through all would cost more.
    const kept = has && (told?.kept === true || (added.qos > 0 && added.session.isPersistent));
    if (has === (told !== undefined) && kept === (told?.kept ?? false)) return;
    this.#tell(this.#patterns, pattern, { kind: 'interest', pattern, has, kept }, has);
  }

  group(group: SharedGroup): void {
    const { filter, own } = group;
    const members = own.length;
    const ready = own.some(({ session }) => session.connection !== undefined);
    const kept = own.some(({ session, qos }) => qos > 0 && session.isPersistent);
    const told = this.#groups.get(filter);
    if (told?.kind === 'group' && told.members === members && told.ready === ready && told.kept === kept)
      return;
    if (told === undefined && members === 0) return;
    this.#tell(this.#groups, filter, { kind: 'group', filter, members, ready, kept }, members > 0);
  }

  /** Tells a worker that joins everything. */
  tellAll(link: Link): void {
    for (const told of this.#patterns.values()) link.control({ ...told, number: this.#number });
    for (const told of this.#groups.values()) link.control({ ...told, number: this.#number });
    link.noted = this.#number;
  }

  /** Whether not all others know yet what was told so far. */
  get isUnconfirmed(): boolean {
    return this.#confirmed() < this.#number;
  }

  /** Calls once all others know what was told so far. */
  whenConfirmed(give: () => void): void {
    this.#waiting.push({ number: this.#number, give });
  }

  /** Another worker knows more, or is gone. */
  noted(): void {
    const confirmed = this.#confirmed();
    while (this.#waiting.length > 0 && (this.#waiting[0]?.number ?? 0) <= confirmed)
      this.#waiting.shift()?.give();
  }

  #confirmed(): number {
    let confirmed = this.#number;
    for (const { noted } of this.#links()) confirmed = Math.min(confirmed, noted);
    return confirmed;
  }

  #tell(known: Map<string, Told>, key: string, message: Unnumbered<Told>, holds: boolean): void {
    const told = { ...message, number: ++this.#number } as Told;
    if (holds) known.set(key, told);
    else known.delete(key);
    for (const link of this.#links()) link.control(told);
  }
}
