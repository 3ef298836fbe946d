import { KitenError } from '@kiten/codec';
import { topicMatches, validTopicFilter } from '@kiten/wire';
import { Compile } from 'typebox/schema';
import type { DeviceRecord } from '../device-record.ts';
import { RateLimiter } from '../rate-limiter.ts';
import { compileCddl } from './cddl.ts';
import type { Fits } from './cddl-types.ts';
import type { PayloadRule } from './payload-rule.ts';
import { cborValue, payloadValue } from './payload-value.ts';
import { requireSoundSchema } from './sound-schema.ts';

const minute = 60_000;

/** What a payload breaks. */
export type PayloadFault = 'gateway/payload-size' | 'gateway/payload-rate' | 'gateway/payload-format';

/** A payload rule, ready to hold messages to it. */
export class CompiledRule {
  readonly id: string;
  readonly #rule: PayloadRule;
  readonly #fits: ((value: unknown) => boolean) | undefined;
  readonly #fitsCbor: Fits | undefined;
  readonly #rate: RateLimiter | undefined;

  /**
   * `devices`: how many are counted at a time for the rate.
   *
   * @throws KitenError `gateway/payload-rule`, `gateway/payload-schema`, `gateway/payload-cddl`
   */
  constructor(rule: PayloadRule, devices: number) {
    requireSoundRule(rule);
    this.id = rule.id;
    this.#rule = rule;
    this.#fits = rule.schema === undefined ? undefined : schemaCheck(rule.schema);
    this.#fitsCbor = rule.cddl === undefined ? undefined : compileCddl(rule.cddl);
    this.#rate = rule.perMinute === undefined ? undefined : new RateLimiter(rule.perMinute, minute, devices);
  }

  /** Whether it is for messages of this device on this topic. */
  binds(device: DeviceRecord, topic: string): boolean {
    const { filter, devices, groups } = this.#rule;
    if (!topicMatches(filter, topic)) return false;
    if (devices === undefined && groups === undefined) return true;
    const own = device.device?.groups ?? [];
    return devices?.includes(device.id) === true || groups?.some((group) => own.includes(group)) === true;
  }

  /** What a message breaks, if anything. It counts for the rate whatever else it breaks. */
  faultOf(device: DeviceRecord, payload: Buffer, now: number): PayloadFault | undefined {
    const { maximumSize, format } = this.#rule;
    if (this.#rate?.allows(device.id, now) === false) return 'gateway/payload-rate';
    if (maximumSize !== undefined && payload.length > maximumSize) return 'gateway/payload-size';
    return format !== undefined && !this.#isSound(payload, format) ? 'gateway/payload-format' : undefined;
  }

  #isSound(payload: Buffer, format: 'text' | 'json' | 'cbor'): boolean {
    try {
      if (this.#fitsCbor !== undefined) return this.#fitsCbor(cborValue(payload));
      const value = payloadValue(payload, format);
      return this.#fits === undefined || this.#fits(value);
    } catch (error) {
      // What cannot be read is not what it should be.
      if (error instanceof KitenError) return false;
      throw error;
    }
  }
}

/**
 * Refuses a rule that a gateway could not hold messages to.
 *
 * @throws KitenError `gateway/payload-rule`, `gateway/payload-schema`, `gateway/payload-cddl`
 */
export function checkPayloadRule(rule: PayloadRule): void {
  void new CompiledRule(rule, 1);
}

function requireSoundRule({ id, filter, format, schema, cddl, maximumSize, perMinute }: PayloadRule): void {
  const refusal = (what: string): KitenError =>
    new KitenError('gateway/payload-rule', `The payload rule “${id}” ${what}`);
  if (!validTopicFilter(filter, 4)) throw refusal('has no valid topic filter.');
  if (format !== undefined && !['text', 'json', 'cbor'].includes(format))
    throw refusal('has an unknown format.');
  if (schema !== undefined && format !== 'json' && format !== 'cbor')
    throw refusal('has a schema, but its format is neither json nor cbor.');
  if (cddl !== undefined && (format !== 'cbor' || schema !== undefined))
    throw refusal('has CDDL, but its format is not cbor, or it has a schema too.');
  for (const bound of [maximumSize, perMinute]) {
    if (bound !== undefined && !(Number.isSafeInteger(bound) && bound >= 0))
      throw refusal('has a bound that is no whole number.');
  }
}

function schemaCheck(schema: unknown): (value: unknown) => boolean {
  requireSoundSchema(schema);
  const validator = Compile(schema as object);
  return (value) => validator.Check(value);
}
