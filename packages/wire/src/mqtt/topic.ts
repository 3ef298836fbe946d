import type { MqttVersion } from './packet.ts';
import { hasDisallowedCharacter, maximumFieldLength } from './text.ts';

/** Bytes of UTF-8 that a topic name or filter may have [MQTT-4.7.3-3] (3.1.1: [MQTT-4.7.3-3]). */
export const maximumTopicLength = maximumFieldLength;

const slash = 0x2f;
const plus = 0x2b;
const hash = 0x23;
const dollar = 0x24;
const sharedPrefix = '$share/';

/**
 * Whether a message may be published to `topic`: at least one character [MQTT-4.7.3-1] (3.1.1: [MQTT-4.7.3-1]), no
 * wildcard [MQTT-3.3.2-2] [MQTT-4.7.0-1] (3.1.1: [MQTT-4.7.1-1]), no U+0000 [MQTT-4.7.3-2] (3.1.1: [MQTT-4.7.3-2]) or
 * other control or noncharacter (§1.5.4 lets a receiver refuse them), well-formed, and at most 65,535 bytes of UTF-8
 * [MQTT-4.7.3-3].
 */
export function validTopicName(topic: string): boolean {
  return validTopicText(topic) && !topic.includes('+') && !topic.includes('#');
}

/**
 * Whether `filter` is well formed: as for names, and `#` only as the whole of the last level [MQTT-4.7.1-1]
 * (3.1.1: [MQTT-4.7.1-2]), `+` only as the whole of a level [MQTT-4.7.1-2] (3.1.1: [MQTT-4.7.1-3]). In version 5 a
 * filter that begins with `$share/` also names a group and a filter [MQTT-4.8.2-1] [MQTT-4.8.2-2]; version 3.1.1
 * doesn't know shared subscriptions.
 */
export function validTopicFilter(filter: string, version: MqttVersion = 5): boolean {
  if (!validTopicText(filter) || !validWildcards(filter)) return false;
  return version === 4 || !filter.startsWith(sharedPrefix) || sharedFilter(filter) !== undefined;
}

/** A shared subscription: the members of `group` share the messages that match `filter` (MQTT 5.0 §4.8.2). */
export interface SharedFilter {
  readonly group: string;
  readonly filter: string;
}

/**
 * Takes `$share/GROUP/FILTER` apart. `undefined` if it isn't a well-formed shared subscription: the group has at
 * least one character [MQTT-4.8.2-1] and no wildcard, and a filter follows it [MQTT-4.8.2-2].
 */
export function sharedFilter(text: string): SharedFilter | undefined {
  if (!text.startsWith(sharedPrefix)) return undefined;
  const end = text.indexOf('/', sharedPrefix.length);
  if (end < 0) return undefined;
  const group = text.slice(sharedPrefix.length, end);
  const filter = text.slice(end + 1);
  if (!validTopicName(group) || !validTopicText(filter) || !validWildcards(filter)) return undefined;
  return { group, filter };
}

/**
 * Whether a message to `topic` is for a subscription to `filter` (MQTT 5.0 §4.7). Both must be valid; of a shared
 * subscription give the inner filter. `a/#` matches `a` too; a wildcard at the start doesn't match a topic that
 * begins with `$` [MQTT-4.7.2-1]; levels are compared code point by code point, without normalization
 * [MQTT-4.7.3-4]. Allocates nothing.
 */
export function topicMatches(filter: string, topic: string): boolean {
  const first = filter.charCodeAt(0);
  if (topic.charCodeAt(0) === dollar && (first === plus || first === hash)) return false;
  let inFilter = 0;
  let inTopic = 0;
  while (inFilter < filter.length) {
    const wanted = filter.charCodeAt(inFilter);
    if (wanted === hash) return true;
    if (wanted === plus) {
      while (inTopic < topic.length && topic.charCodeAt(inTopic) !== slash) inTopic++;
      inFilter++;
    } else if (inTopic < topic.length && topic.charCodeAt(inTopic) === wanted) {
      inFilter++;
      inTopic++;
    } else {
      // What is left of the filter may be `/#`, which includes the parent level.
      return inTopic === topic.length && isParentWildcard(filter, inFilter);
    }
  }
  return inTopic === topic.length;
}

/**
 * The part of a filter before its first level with a wildcard: `d/+/t` gives `d/`, `a/b` gives `a/b`, `#` gives
 * ''. Every topic that matches begins with it, but for one: `a/#`, whose prefix is `a/`, also matches `a`.
 */
export function literalPrefix(filter: string): string {
  for (let index = 0; index < filter.length; index++) {
    const character = filter.charCodeAt(index);
    if (character === plus || character === hash) return filter.slice(0, index);
  }
  return filter;
}

/** The levels of a topic name or filter; an empty level counts: `/a` has the levels '' and `a` (MQTT 5.0 §4.7.1.1). */
export function topicLevels(topic: string): string[] {
  return topic.split('/');
}

/** How many levels {@link topicLevels} would give, without making them. */
export function topicLevelCount(topic: string): number {
  let count = 1;
  for (let index = 0; index < topic.length; index++) if (topic.charCodeAt(index) === slash) count++;
  return count;
}

function validTopicText(topic: string): boolean {
  if (topic.length === 0 || hasDisallowedCharacter(topic) || !topic.isWellFormed()) return false;
  return topic.length * 3 <= maximumTopicLength || Buffer.byteLength(topic) <= maximumTopicLength;
}

function validWildcards(filter: string): boolean {
  for (let index = 0; index < filter.length; index++) {
    const character = filter.charCodeAt(index);
    if (character !== plus && character !== hash) continue;
    const last = index === filter.length - 1;
    if (index > 0 && filter.charCodeAt(index - 1) !== slash) return false;
    if (!last && (character === hash || filter.charCodeAt(index + 1) !== slash)) return false;
  }
  return true;
}

function isParentWildcard(filter: string, index: number): boolean {
  return (
    index === filter.length - 2 && filter.charCodeAt(index) === slash && filter.charCodeAt(index + 1) === hash
  );
}
