import { topicLevels } from '@kiten/wire';
import { RouteEpochs } from './route-epochs.ts';
import type { Session } from './session.ts';
import type { TopicResource } from './topic-resource.ts';

/** One filter of one session, as granted. */
export interface Subscription {
  readonly session: Session;
  readonly filter: string;
  /** What a SUBSCRIBE for it is judged on: the literal beginning of the filter. */
  readonly prefix: TopicResource;
  readonly qos: 0 | 1 | 2;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly identifier: number | undefined;
}

interface Level {
  readonly literal: Map<string, Level>;
  any: Level | undefined;
  /** Subscriptions whose filter ends here, and those that end in `#` here. */
  here: Map<Session, Subscription> | undefined;
  below: Map<Session, Subscription> | undefined;
}

/** Who subscribes to what: filters by level. Matching is linear in the levels of the topic and the matches. */
export class Subscriptions {
  readonly epochs = new RouteEpochs();
  readonly #root = level();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds a subscription, in place of an earlier one of the same session and filter. */
  add(subscription: Subscription): void {
    const levels = topicLevels(subscription.filter);
    const below = levels.at(-1) === '#';
    if (below) levels.pop();
    let node = this.#root;
    for (const name of levels) node = child(node, name);
    const place = below ? 'below' : 'here';
    const list = node[place] ?? new Map<Session, Subscription>();
    node[place] = list;
    if (!list.has(subscription.session)) this.#size++;
    list.set(subscription.session, subscription);
    this.epochs.touch(subscription.filter);
  }

  remove(subscription: Subscription): void {
    const levels = topicLevels(subscription.filter);
    const below = levels.at(-1) === '#';
    if (below) levels.pop();
    if (prune(this.#root, levels, 0, below, subscription.session)) this.#size--;
    this.epochs.touch(subscription.filter);
  }

  /** The subscriptions that match a topic, by session. */
  match(topic: string): Map<Session, Subscription[]> {
    const found = new Map<Session, Subscription[]>();
    const levels = topicLevels(topic);
    // [MQTT-4.7.2-1] a wildcard at the start doesn't match a topic that begins with $.
    if (topic.startsWith('$')) {
      const first = this.#root.literal.get(levels[0] as string);
      if (first !== undefined) collect(first, levels, 1, found);
    } else collect(this.#root, levels, 0, found);
    return found;
  }
}

function level(): Level {
  return { literal: new Map(), any: undefined, here: undefined, below: undefined };
}

function child(node: Level, name: string): Level {
  const next = (name === '+' ? node.any : node.literal.get(name)) ?? level();
  if (name === '+') node.any = next;
  else node.literal.set(name, next);
  return next;
}

function collect(
  node: Level,
  levels: readonly string[],
  index: number,
  found: Map<Session, Subscription[]>,
): void {
  if (node.below !== undefined) append(found, node.below);
  if (index === levels.length) {
    if (node.here !== undefined) append(found, node.here);
    return;
  }
  const next = node.literal.get(levels[index] as string);
  if (next !== undefined) collect(next, levels, index + 1, found);
  if (node.any !== undefined) collect(node.any, levels, index + 1, found);
}

function append(found: Map<Session, Subscription[]>, list: Map<Session, Subscription>): void {
  for (const [session, subscription] of list) {
    const already = found.get(session);
    if (already === undefined) found.set(session, [subscription]);
    else already.push(subscription);
  }
}

/** Takes the session's subscription out and lets empty levels go, so that hostile filters leave nothing behind. */
function prune(
  node: Level,
  levels: readonly string[],
  index: number,
  below: boolean,
  session: Session,
): boolean {
  if (index === levels.length) {
    const list = below ? node.below : node.here;
    if (list === undefined || !list.delete(session)) return false;
    if (list.size === 0) node[below ? 'below' : 'here'] = undefined;
    return true;
  }
  const name = levels[index] as string;
  const next = name === '+' ? node.any : node.literal.get(name);
  if (next === undefined || !prune(next, levels, index + 1, below, session)) return false;
  if (isEmpty(next)) {
    if (name === '+') node.any = undefined;
    else node.literal.delete(name);
  }
  return true;
}

function isEmpty(node: Level): boolean {
  return (
    node.here === undefined && node.below === undefined && node.any === undefined && node.literal.size === 0
  );
}
