import { noProperties, type Packet, type Publish, type Qos, type Subscription } from '../src/index.ts';

/* Packets with what a vector doesn't say left empty. */

/** What it is; the packet's bytes; what they say. These are in the shortest form: they are decoded and encoded. */
export type Vector = readonly [name: string, notation: string, packet: Packet];

const none = noProperties;

export function acknowledged(type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp', reasonCode = 0): Packet {
  return { type, packetId: 0x1234, reasonCode, properties: none };
}

export function connack(sessionPresent: boolean, reasonCode: number): Packet {
  return { type: 'connack', sessionPresent, reasonCode, properties: none };
}

export function publish(fields: Partial<Publish>): Packet {
  return {
    type: 'publish',
    topic: '',
    payload: Buffer.alloc(0),
    qos: 0,
    retain: false,
    dup: false,
    properties: none,
    ...fields,
  };
}

export function subscription(filter: string, qos: Qos): Subscription {
  return { filter, qos, noLocal: false, retainAsPublished: false, retainHandling: 0 };
}
