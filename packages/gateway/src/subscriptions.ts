import { literalPrefix, sharedFilter, type Subscription as Wanted } from '@kiten/wire';
import { FilterTree } from './filter-tree.ts';
import { RouteEpochs } from './route-epochs.ts';
import type { Session } from './session.ts';
import { SharedGroup } from './shared-group.ts';
import { type TopicResource, topicResource } from './topic-resource.ts';

/** One filter of one session, as granted. */
export interface Subscription {
  readonly session: Session;
  /** As it was asked for: `$share/NAME/…` included. */
  readonly filter: string;
  /** The filter that topics are matched with. */
  readonly pattern: string;
  /** The name of the group that shares the messages, if it is one of them. */
  readonly group: string | undefined;
  /** What a SUBSCRIBE for it is judged on: the literal beginning of the pattern. */
  readonly prefix: TopicResource;
  readonly qos: 0 | 1 | 2;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly identifier: number | undefined;
}

/** A subscription of a session, from what a SUBSCRIBE asks for. */
export function subscriptionOf(
  session: Session,
  { filter, qos, noLocal, retainAsPublished }: Omit<Wanted, 'retainHandling'>,
  identifier: number | undefined,
): Subscription {
  const shared = sharedFilter(filter);
  const pattern = shared?.filter ?? filter;
  const prefix = topicResource(literalPrefix(pattern));
  const group = shared?.group;
  return { session, filter, pattern, group, prefix, qos, noLocal, retainAsPublished, identifier };
}

/** Whom it matters to that a pattern, or a group, has subscribers. */
export interface SubscriptionWatcher {
  /** `added`: undefined if the last one is gone. */
  pattern(pattern: string, added: Subscription | undefined): void;
  group(group: SharedGroup): void;
}

/** Who subscribes to what. Filters and topics are compared as they are [MQTT-4.7.3-4] (3.1.1: [MQTT-4.7.3-4]). */
export class Subscriptions {
  readonly epochs = new RouteEpochs();
  readonly #own = new FilterTree<Map<Session, Subscription>>();
  readonly #shared = new FilterTree<Map<string, SharedGroup>>();
  #size = 0;
  #sharedSize = 0;
  /** Whether other workers ever had members of groups. */
  #hasElsewhere = false;
  /** Is told of patterns and groups that may have got their first or lost their last subscriber. */
  watcher: SubscriptionWatcher | undefined;

  /** Shared ones included. */
  get size(): number {
    return this.#size + this.#sharedSize;
  }

  get sharedSize(): number {
    return this.#sharedSize;
  }

  /** Adds a subscription, in place of an earlier one of the same session and filter. */
  add(subscription: Subscription): void {
    const { session, pattern, group } = subscription;
    if (group === undefined) {
      const list = this.#own.at(pattern, () => new Map());
      if (!list.has(session)) this.#size++;
      list.set(session, subscription);
      this.watcher?.pattern(pattern, subscription);
    } else {
      const groups = this.#shared.at(pattern, () => new Map());
      const joined = groups.get(group) ?? new SharedGroup(group, pattern);
      groups.set(group, joined);
      if (joined.join(subscription)) this.#sharedSize++;
      this.watcher?.group(joined);
    }
    this.epochs.touch(pattern);
  }

  remove({ session, pattern, group }: Subscription): void {
    if (group === undefined) {
      const list = this.#own.get(pattern);
      if (list?.delete(session) === true) this.#size--;
      if (list?.size === 0) this.#own.remove(pattern);
      if (list?.size === 0) this.watcher?.pattern(pattern, undefined);
    } else this.#leave(session, pattern, group);
    this.epochs.touch(pattern);
  }

  /** The subscriptions that match a topic, by session; shared ones left out. */
  match(topic: string): Map<Session, Subscription[]> {
    const found = new Map<Session, Subscription[]>();
    this.#own.match(topic, (list) => {
      for (const [session, subscription] of list) {
        const already = found.get(session);
        if (already === undefined) found.set(session, [subscription]);
        else already.push(subscription);
      }
    });
    return found;
  }

  /** The group of a shared filter, `$share/NAME/…`, if it has members. */
  group(filter: string): SharedGroup | undefined {
    const shared = sharedFilter(filter);
    return shared && this.#shared.get(shared.filter)?.get(shared.group);
  }

  /** The groups that share a topic's messages. */
  groups(topic: string): SharedGroup[] {
    const found: SharedGroup[] = [];
    if (this.#sharedSize > 0 || this.#hasElsewhere)
      this.#shared.match(topic, (groups) => found.push(...groups.values()));
    return found;
  }

  #leave(session: Session, pattern: string, name: string): void {
    const groups = this.#shared.get(pattern);
    const group = groups?.get(name);
    if (groups === undefined || group === undefined || !group.leave(session)) return;
    this.#sharedSize--;
    this.#prune(groups, group);
    this.watcher?.group(group);
  }

  /** Another worker has so many members in a group: they are one subscription, as often as they are. */
  setElsewhere(subscription: Subscription, members: number): void {
    const { session, pattern, group: name = '' } = subscription;
    const groups = this.#shared.at(pattern, () => new Map());
    const group = groups.get(name) ?? new SharedGroup(name, pattern);
    groups.set(name, group);
    group.setElsewhere(
      session,
      Array.from({ length: members }, () => subscription),
    );
    this.#hasElsewhere ||= members > 0;
    this.#prune(groups, group);
    this.epochs.touch(pattern);
  }

  #prune(groups: Map<string, SharedGroup>, group: SharedGroup): void {
    if (group.size === 0) groups.delete(group.name);
    if (groups.size === 0) this.#shared.remove(group.pattern);
  }
}
