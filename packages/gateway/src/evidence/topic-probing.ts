import type { Connection } from '../connection.ts';
import type { EmitEvent } from '../event.ts';
import type { TopicResource } from '../topic-resource.ts';
import { emitEvidence } from './emit-evidence.ts';

export const topicProbingMediaType = 'application/vnd.kiten.topic-probing+json';

/** What `application/vnd.kiten.topic-probing+json` holds. */
export interface TopicProbingBody {
  readonly device: string;
  /** How many different topics and filters were refused within the window. */
  readonly distinct: number;
  /** Some of them, sorted. */
  readonly topics: readonly string[];
  readonly firstAt: number;
  readonly lastAt: number;
  /** Seconds. */
  readonly window: number;
}

const window = 60_000;
/** Evidence is emitted when the count reaches each of these. */
const steps = [5, 10, 20, 50, 100, 200] as const;
const remembered = 200;
const shown = 16;
const shownLength = 128;

interface Attempts {
  /** Topic or filter, with the time it was refused last. */
  readonly refused: Map<string, number>;
  told: number;
}

/**
 * Watches for a device that tries topics that are not its own. A contained device is refused everything, so its
 * refusals say nothing; neither do refusals within its own space, or of what it may not do there.
 */
export class TopicProbing {
  readonly #emit: EmitEvent;
  readonly #gateway: string;
  readonly #devices = new Map<string, Attempts>();

  constructor(emit: EmitEvent, gateway: string) {
    this.#emit = emit;
    this.#gateway = gateway;
  }

  refused(connection: Connection, action: 'publish' | 'subscribe', topic: TopicResource, now: number): void {
    const { id } = connection.device;
    if (connection.admission !== 'full' || topic.owner === id) return;
    let attempts = this.#devices.get(id);
    if (attempts === undefined) {
      attempts = { refused: new Map(), told: 0 };
      this.#devices.set(id, attempts);
    }
    const { refused } = attempts;
    const key = `${action} ${cut(topic.path)}`;
    // Deleted and set again, so that the map stays in the order of time.
    const isKnown = refused.delete(key);
    refused.set(key, now);
    if (isKnown) return;
    forgetOld(attempts, now);
    const step = steps.findLast((count) => count <= refused.size) ?? 0;
    if (step <= attempts.told) return;
    attempts.told = step;
    this.#tell(id, refused, now);
  }

  /** The trust in a device has changed, perhaps because of what was told: what goes on is told anew. */
  tellAgain(device: string): void {
    const attempts = this.#devices.get(device);
    if (attempts !== undefined) attempts.told = 0;
  }

  /** Lets go of what is older than the window. */
  sweep(now: number): void {
    for (const [device, attempts] of this.#devices) {
      forgetOld(attempts, now);
      if (attempts.refused.size === 0) this.#devices.delete(device);
    }
  }

  #tell(device: string, refused: ReadonlyMap<string, number>, now: number): void {
    const topics = [...refused.keys()].slice(-shown).map((key) => key.slice(key.indexOf(' ') + 1));
    const firstAt = Math.min(...refused.values());
    const body: TopicProbingBody = {
      device,
      distinct: refused.size,
      topics: [...new Set(topics)].sort(),
      firstAt,
      lastAt: now,
      window: window / 1000,
    };
    emitEvidence(this.#emit, this.#gateway, device, topicProbingMediaType, { ...body }, now);
  }
}

function forgetOld(attempts: Attempts, now: number): void {
  for (const [key, at] of attempts.refused) {
    if (now - at < window && attempts.refused.size <= remembered) break;
    attempts.refused.delete(key);
  }
  if (attempts.refused.size < steps[0]) attempts.told = 0;
}

/** Within the length, without half a character. */
function cut(text: string): string {
  return text.length <= shownLength ? text : text.slice(0, shownLength).toWellFormed();
}
