import { sharedFilter } from '@kiten/wire';
import { FilterTree } from '../filter-tree.ts';
import { type Subscription, type Subscriptions, subscriptionOf } from '../subscriptions.ts';
import type { Link } from './link.ts';

/** Another worker that a topic's messages go to. */
export interface LinkRoute {
  readonly link: Link;
  /** Whether it keeps them for sessions that outlive it, so that QoS 1 and 2 may be acknowledged only when it has. */
  readonly kept: boolean;
}

/** How a link stands as a member of a group. */
interface GroupStanding {
  readonly subscription: Subscription;
  readonly ready: boolean;
  readonly kept: boolean;
}

/** What other workers have subscribers for. */
export class OtherInterest {
  readonly #subscriptions: Subscriptions;
  readonly #routes = new FilterTree<Map<Link, boolean>>();
  readonly #patterns = new Map<Link, Map<string, boolean>>();
  readonly #groups = new Map<Link, Map<string, GroupStanding>>();

  constructor(subscriptions: Subscriptions) {
    this.#subscriptions = subscriptions;
  }

  pattern(link: Link, pattern: string, has: boolean, kept: boolean): void {
    const patterns = this.#patterns.get(link) ?? new Map<string, boolean>();
    this.#patterns.set(link, patterns);
    if (has) {
      patterns.set(pattern, kept);
      this.#routes.at(pattern, () => new Map()).set(link, kept);
    } else {
      patterns.delete(pattern);
      const routes = this.#routes.get(pattern);
      routes?.delete(link);
      if (routes?.size === 0) this.#routes.remove(pattern);
    }
    this.#subscriptions.epochs.touch(pattern);
  }

  group(link: Link, filter: string, members: number, standing: Omit<GroupStanding, 'subscription'>): void {
    const groups = this.#groups.get(link) ?? new Map<string, GroupStanding>();
    this.#groups.set(link, groups);
    const known = groups.get(filter)?.subscription;
    const wanted = { filter, qos: 2, noLocal: false, retainAsPublished: true } as const;
    const subscription = known ?? subscriptionOf(link.session, wanted, undefined);
    if (members > 0) groups.set(filter, { subscription, ...standing });
    else groups.delete(filter);
    if (sharedFilter(filter) !== undefined) this.#subscriptions.setElsewhere(subscription, members);
  }

  standing({ session: { link }, filter }: Subscription): GroupStanding | undefined {
    return link && this.#groups.get(link)?.get(filter);
  }

  /** Whether what a group's members there get may outlive their connections. */
  isKept(link: Link, filter: string): boolean {
    return this.#groups.get(link)?.get(filter)?.kept === true;
  }

  /** The workers that a topic's messages go to. */
  routes(topic: string): LinkRoute[] {
    const found = new Map<Link, boolean>();
    this.#routes.match(topic, (routes) => {
      for (const [link, kept] of routes) found.set(link, kept || found.get(link) === true);
    });
    return [...found].map(([link, kept]) => ({ link, kept }));
  }

  /** A worker is gone. What it keeps for sessions goes on to be promised to nobody, until it is back. */
  lost(link: Link): void {
    for (const [pattern, kept] of [...(this.#patterns.get(link) ?? [])])
      if (!kept) this.pattern(link, pattern, false, false);
    for (const [filter, { kept }] of [...(this.#groups.get(link) ?? [])])
      if (!kept) this.group(link, filter, 0, { ready: false, kept });
  }

  /** A worker is back on another link, and has told everything anew. */
  forget(link: Link): void {
    for (const pattern of [...(this.#patterns.get(link)?.keys() ?? [])])
      this.pattern(link, pattern, false, false);
    for (const filter of [...(this.#groups.get(link)?.keys() ?? [])])
      this.group(link, filter, 0, { ready: false, kept: false });
    this.#patterns.delete(link);
    this.#groups.delete(link);
  }
}
