import { isUtf8 } from 'node:buffer';
import { type Properties, reasonCodes } from '@kiten/wire';
import { isForged } from '../annotation.ts';
import type { Core } from '../core.ts';
import type { CachedDecision } from '../decision-cache.ts';
import type { DeviceRecord } from '../device-record.ts';
import { isObserved, noteObserved } from '../observed.ts';

/** A message that policy allows, and that what it holds forbids. */
export interface PayloadRefusal {
  readonly reasonCode: number;
  /** What stands in the denial: what is wrong, and which rule says so. */
  readonly policies: readonly string[];
}

interface Said {
  readonly payload: Buffer;
  readonly properties: Properties;
}

/**
 * Holds a message to the rules of its topic, and to what it says about itself, if that is wanted. What the gateway alone says
 * nobody else may.
 */
export function payloadRefusalOf(
  core: Core,
  device: DeviceRecord,
  { rules, row, topic }: CachedDecision,
  { payload, properties }: Said,
): PayloadRefusal | undefined {
  if (core.options.access === 'governed' && isForged(properties))
    return { reasonCode: reasonCodes.notAuthorized, policies: ['gateway/reserved-property'] };
  for (const rule of rules) {
    const fault = rule.faultOf(device, payload, core.now);
    if (fault === undefined) continue;
    const policies = [fault, rule.id];
    if (isObserved(device)) {
      const { id } = device;
      noteObserved(core, { device: id, action: row.action, topic: topic.path, policies, observed: id }, 1);
      continue;
    }
    core.statistics.payloadsRefused++;
    const { payloadFormatInvalid, quotaExceeded } = reasonCodes;
    const reasonCode = fault === 'gateway/payload-format' ? payloadFormatInvalid : quotaExceeded;
    return { reasonCode, policies };
  }
  if (!isText(core, properties, payload)) {
    return { reasonCode: reasonCodes.payloadFormatInvalid, policies: ['gateway/payload-format'] };
  }
  return undefined;
}

/** Whether a payload that says that it is text is such (MQTT 5.0 §3.3.2.3.2), where anybody looks. */
export function isText(core: Core, { payloadFormatIndicator }: Properties, payload: Buffer): boolean {
  return !core.options.checksPayloadFormat || payloadFormatIndicator !== 1 || isUtf8(payload);
}
