import { topicLevels } from '@kiten/wire';

interface Level<Value> {
  /** Made when it is needed: most levels have none below them. */
  literal: Map<string, Level<Value>> | undefined;
  any: Level<Value> | undefined;
  /** What belongs to the filter that ends here, and to the one that ends in `#` here. */
  here: Value | undefined;
  below: Value | undefined;
}

/**
 * Values by filter. A topic's are found level by level: each level of the tree is looked at once at most, so that no
 * set of filters costs more than its own size, and never more than what begins like the topic.
 */
export class FilterTree<Value extends object> {
  readonly #root = level<Value>();

  /** The value of a filter, or the one that is made for it. */
  at(filter: string, make: () => Value): Value {
    const { levels, place } = placeOf(filter);
    let node = this.#root;
    for (const name of levels) node = child(node, name);
    const value = node[place] ?? make();
    node[place] = value;
    return value;
  }

  get(filter: string): Value | undefined {
    const { levels, place } = placeOf(filter);
    let node: Level<Value> | undefined = this.#root;
    for (const name of levels) node = name === '+' ? node?.any : node?.literal?.get(name);
    return node?.[place];
  }

  /** Takes a filter's value out and lets empty levels go, so that hostile filters leave nothing behind. */
  remove(filter: string): void {
    const { levels, place } = placeOf(filter);
    prune(this.#root, levels, 0, place);
  }

  /** Visits the value of each filter that matches a topic. */
  match(topic: string, visit: (value: Value) => void): void {
    const levels = topicLevels(topic);
    // [MQTT-4.7.2-1] (3.1.1: [MQTT-4.7.2-1]) a wildcard at the start doesn't match a topic that begins with $.
    if (topic.startsWith('$')) {
      const first = this.#root.literal?.get(levels[0] as string);
      if (first !== undefined) collect(first, levels, 1, visit);
    } else collect(this.#root, levels, 0, visit);
  }
}

function level<Value>(): Level<Value> {
  return { literal: undefined, any: undefined, here: undefined, below: undefined };
}

function placeOf(filter: string): { levels: string[]; place: 'here' | 'below' } {
  const levels = topicLevels(filter);
  if (levels.at(-1) !== '#') return { levels, place: 'here' };
  levels.pop();
  return { levels, place: 'below' };
}

function child<Value>(node: Level<Value>, name: string): Level<Value> {
  const next = (name === '+' ? node.any : node.literal?.get(name)) ?? level<Value>();
  if (name === '+') node.any = next;
  else {
    node.literal ??= new Map();
    node.literal.set(name, next);
  }
  return next;
}

function collect<Value>(
  node: Level<Value>,
  levels: readonly string[],
  index: number,
  visit: (value: Value) => void,
): void {
  if (node.below !== undefined) visit(node.below);
  if (index === levels.length) {
    if (node.here !== undefined) visit(node.here);
    return;
  }
  const next = node.literal?.get(levels[index] as string);
  if (next !== undefined) collect(next, levels, index + 1, visit);
  if (node.any !== undefined) collect(node.any, levels, index + 1, visit);
}

function prune<Value>(
  node: Level<Value>,
  levels: readonly string[],
  index: number,
  place: 'here' | 'below',
): void {
  if (index === levels.length) {
    node[place] = undefined;
    return;
  }
  const name = levels[index] as string;
  const next = name === '+' ? node.any : node.literal?.get(name);
  if (next === undefined) return;
  prune(next, levels, index + 1, place);
  if (!isEmpty(next)) return;
  if (name === '+') node.any = undefined;
  else {
    node.literal?.delete(name);
    if (node.literal?.size === 0) node.literal = undefined;
  }
}

function isEmpty(node: Level<unknown>): boolean {
  return (
    node.here === undefined &&
    node.below === undefined &&
    node.any === undefined &&
    node.literal === undefined
  );
}
