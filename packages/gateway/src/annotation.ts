import type { Properties } from '@kiten/wire';
import type { Sourced } from './sourced.ts';

/** User properties whose names begin so are the gateway's word; no publisher may say them, in whatever letters. */
const reserved = /^kiten-/i;

/**
 * Properties of a message to a client of version 5, with what is known of its readings behind what its publisher said
 * [MQTT-3.3.2-17] [MQTT-3.3.2-18].
 */
export function annotated(properties: Properties, { tier, finding }: Sourced): Properties {
  const said: [name: string, value: string][] = [['kiten-sourced-data', tier]];
  if (finding !== undefined) said.push(['kiten-finding', finding]);
  return { ...properties, userProperties: [...(properties.userProperties ?? []), ...said] };
}

/** Whether a publisher speaks in the gateway's name. */
export function isForged({ userProperties = [] }: Properties): boolean {
  return userProperties.some(([name]) => reserved.test(name));
}
