import { noProperties } from '@kiten/wire';
import type { Core } from './core.ts';
import { hashTopic } from './decision-cache.ts';
import type { Message } from './message.ts';
import { decideTopic, forward } from './router.ts';

/**
 * Topics on which the site and one device speak with each other, and nobody else. In each `{device}` stands for the
 * device's id.
 */
export interface SiteTopics {
  /** The device says something to the site: no subscriber gets it, and nothing of it is retained. */
  readonly heard: readonly string[];
  /** The site says something to the device: nobody else may, and no other device gets it. */
  readonly spoken: readonly string[];
}

export const noSiteTopics: SiteTopics = { heard: [], spoken: [] };

/** What a topic is between the site and the device that owns it. */
export type SiteTopicKind = keyof SiteTopics;

const place = '{device}';

/** Tells which topics those are. */
export class SiteTopicTable {
  readonly #kinds: readonly (readonly [prefix: string, suffix: string, kind: SiteTopicKind])[];

  constructor({ heard, spoken }: SiteTopics) {
    const split = (kind: SiteTopicKind) => (template: string) => {
      const at = template.indexOf(place);
      return [template.slice(0, at), template.slice(at + place.length), kind] as const;
    };
    this.#kinds = [...heard.map(split('heard')), ...spoken.map(split('spoken'))];
  }

  /** @param owner the device in whose space the topic lies */
  kindOf(topic: string, owner: string | undefined): SiteTopicKind | undefined {
    if (owner === undefined) return undefined;
    for (const [prefix, suffix, kind] of this.#kinds) {
      const length = prefix.length + owner.length + suffix.length;
      if (topic.length === length && topic.startsWith(prefix) && topic.endsWith(suffix)) return kind;
    }
    return undefined;
  }
}

/** What the site says to a device. */
export interface Saying {
  readonly topic: string;
  readonly payload: Uint8Array | string;
  /** Milliseconds for which it is worth saying to a device that is away; without end unless given. */
  readonly lifetime?: number;
}

/** Brings to a device what the site says, in the name of the broker, if it subscribes to the topic and may have it. */
export function say(core: Core, { topic, payload, lifetime }: Saying): void {
  const message: Message = {
    topic,
    payload: Buffer.from(payload),
    qos: 1,
    retain: false,
    will: false,
    properties: noProperties,
    publisher: core.broker,
    clientId: '',
    expiresAt: lifetime === undefined ? undefined : core.lifeTime + lifetime,
  };
  const bytes = Buffer.from(topic);
  const written = { text: topic, bytes, hash: hashTopic(bytes, 0, bytes.length) };
  const decision = decideTopic(core, { device: core.broker, clientId: '' }, written, false, false);
  forward(core, decision, message);
  core.mesh?.outward.forgetAnswer();
  core.store.settle();
}
