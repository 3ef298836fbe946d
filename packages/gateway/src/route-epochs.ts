const slots = 4096;

/**
 * Tells whether the subscribers of a topic may have changed since a route was looked up. A topic's branch is its
 * first two levels (`d/pump-1`); a subscription that names both literally moves that branch only, so one device
 * that comes and goes leaves the routes of the others alone. Branches share slots by hash: bounded, and a
 * collision costs a look-up, never a wrong route.
 */
export class RouteEpochs {
  readonly #branches = new Uint32Array(slots);
  #everywhere = 0;

  /** The slot of a topic name. */
  branchOf(topic: string): number {
    return hash(topic, branchEnd(topic));
  }

  /** Only grows, and grows whenever the subscribers of a topic in that slot may have changed. */
  epochOf(branch: number): number {
    return this.#everywhere + (this.#branches[branch] as number);
  }

  /** Call it for every filter that is added or removed. */
  touch(filter: string): void {
    const end = branchEnd(filter);
    const slot = hash(filter, end);
    // `a/#` ends here too, and matches `a`: its branch holds a wildcard.
    const wild = /[+#]/.test(filter.slice(0, end));
    if (wild) this.#everywhere++;
    else this.#branches[slot] = (this.#branches[slot] as number) + 1;
  }
}

function branchEnd(topic: string): number {
  const first = topic.indexOf('/');
  if (first < 0) return topic.length;
  const second = topic.indexOf('/', first + 1);
  return second < 0 ? topic.length : second;
}

function hash(text: string, end: number): number {
  let value = 0x811c9dc5 | 0;
  for (let index = 0; index < end; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return (value ^ (value >>> 16)) & (slots - 1);
}
