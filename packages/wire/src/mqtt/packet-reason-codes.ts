import { MqttError } from './error.ts';
import type { MqttVersion, PacketType } from './packet.ts';

const publishOutcomes = [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99];
const releaseOutcomes = [0x00, 0x92];

/** The reason codes that each packet type may carry (MQTT 5.0 §2.4, table 2-6). */
const version5: Partial<Record<PacketType, ReadonlySet<number>>> = {
  // [MQTT-3.2.2-8]
  connack: new Set([
    0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97, 0x99,
    0x9a, 0x9b, 0x9c, 0x9d, 0x9f,
  ]),
  puback: new Set(publishOutcomes), // [MQTT-3.4.2-1]
  pubrec: new Set(publishOutcomes), // [MQTT-3.5.2-1]
  pubrel: new Set(releaseOutcomes), // [MQTT-3.6.2-1]
  pubcomp: new Set(releaseOutcomes), // [MQTT-3.7.2-1]
  suback: new Set([0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8f, 0x91, 0x97, 0x9e, 0xa1, 0xa2]), // [MQTT-3.9.3-2]
  unsuback: new Set([0x00, 0x11, 0x80, 0x83, 0x87, 0x8f, 0x91]), // [MQTT-3.11.3-2]
  // [MQTT-3.14.2-1]
  disconnect: new Set([
    0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x93, 0x94, 0x95,
    0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2,
  ]),
  auth: new Set([0x00, 0x18, 0x19]), // [MQTT-3.15.2-1]
};

/** The return codes of MQTT 3.1.1: CONNACK §3.2.2.3, SUBACK [MQTT-3.9.3-2]. */
const version4: Partial<Record<PacketType, ReadonlySet<number>>> = {
  connack: new Set([0, 1, 2, 3, 4, 5]),
  suback: new Set([0x00, 0x01, 0x02, 0x80]),
};

/** Whether a packet of this type may carry this code. */
export function carriesReasonCode(type: PacketType, version: MqttVersion, code: number): boolean {
  const codes = version === 4 ? version4[type] : version5[type];
  return codes?.has(code) === true;
}

/**
 * @returns `code`
 * @throws MqttError if a packet of this type doesn't carry this code
 */
export function requireReasonCode(type: PacketType, version: MqttVersion, code: number): number {
  if (!carriesReasonCode(type, version, code)) {
    throw new MqttError('wire/mqtt-reason-code', `A ${type} doesn't carry the reason code ${code}.`, {
      reasonCode: code,
    });
  }
  return code;
}
