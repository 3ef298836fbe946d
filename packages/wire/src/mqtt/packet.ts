import type { Properties } from './properties.ts';

/** The protocol level of CONNECT: 4 is MQTT 3.1.1, 5 is MQTT 5.0. */
export type MqttVersion = 4 | 5;

export type Qos = 0 | 1 | 2;

/** 0: send retained messages at subscribe; 1: only if the subscription is new; 2: don't (MQTT 5.0 §3.8.3.1). */
export type RetainHandling = 0 | 1 | 2;

/**
 * One MQTT control packet, told apart by `type`.
 *
 * `reasonCode` is the MQTT 5.0 reason code; in a version 4 CONNACK and SUBACK it is the 3.1.1 return code, and in
 * the other version 4 packets it is 0. `properties` is `noProperties` in version 4.
 * Binary fields of a decoded packet (`payload`, `password`, `correlationData`…) are views on the decoded bytes:
 * they are valid as long as those bytes are left alone, and they keep the whole chunk in memory. Copy what is kept.
 */
export type Packet =
  | Connect
  | Connack
  | Publish
  | Puback
  | Pubrec
  | Pubrel
  | Pubcomp
  | Subscribe
  | Suback
  | Unsubscribe
  | Unsuback
  | Pingreq
  | Pingresp
  | Disconnect
  | Auth;

export type PacketType = Packet['type'];

/** MQTT 5.0 §3.1.3.2 to §3.1.3.4; `properties` is empty in version 4. */
export interface Will {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly properties: Properties;
}

export interface Connect {
  readonly type: 'connect';
  readonly version: MqttVersion;
  /** May be empty: the server then assigns one. */
  readonly clientId: string;
  /** Clean Start of version 5, Clean Session of version 4. */
  readonly cleanStart: boolean;
  /** Seconds; 0 turns it off. */
  readonly keepAlive: number;
  readonly username?: string;
  readonly password?: Buffer;
  readonly will?: Will;
  readonly properties: Properties;
}

export interface Connack {
  readonly type: 'connack';
  readonly sessionPresent: boolean;
  readonly reasonCode: number;
  readonly properties: Properties;
}

export interface Publish {
  readonly type: 'publish';
  /** Empty only in version 5, and then `properties.topicAlias` is there. */
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly dup: boolean;
  /** Present exactly if `qos` is not 0. */
  readonly packetId?: number;
  readonly properties: Properties;
}

/** PUBACK, PUBREC, PUBREL and PUBCOMP have one form. */
export interface Acknowledgement<Type extends string> {
  readonly type: Type;
  readonly packetId: number;
  readonly reasonCode: number;
  readonly properties: Properties;
}

export type Puback = Acknowledgement<'puback'>;
export type Pubrec = Acknowledgement<'pubrec'>;
export type Pubrel = Acknowledgement<'pubrel'>;
export type Pubcomp = Acknowledgement<'pubcomp'>;

/** A topic filter with its options; in version 4 the last three are false, false and 0. */
export interface Subscription {
  readonly filter: string;
  readonly qos: Qos;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly retainHandling: RetainHandling;
}

export interface Subscribe {
  readonly type: 'subscribe';
  readonly packetId: number;
  /** At least one. */
  readonly subscriptions: readonly Subscription[];
  readonly properties: Properties;
}

export interface Suback {
  readonly type: 'suback';
  readonly packetId: number;
  /** One for each subscription, in its order: the granted QoS or a reason for the refusal. */
  readonly reasonCodes: readonly number[];
  readonly properties: Properties;
}

export interface Unsubscribe {
  readonly type: 'unsubscribe';
  readonly packetId: number;
  /** At least one. */
  readonly filters: readonly string[];
  readonly properties: Properties;
}

export interface Unsuback {
  readonly type: 'unsuback';
  readonly packetId: number;
  /** One for each filter in version 5; empty in version 4, which has none. */
  readonly reasonCodes: readonly number[];
  readonly properties: Properties;
}

export interface Pingreq {
  readonly type: 'pingreq';
}

export interface Pingresp {
  readonly type: 'pingresp';
}

export interface Disconnect {
  readonly type: 'disconnect';
  readonly reasonCode: number;
  readonly properties: Properties;
}

/** Version 5 only. */
export interface Auth {
  readonly type: 'auth';
  readonly reasonCode: number;
  readonly properties: Properties;
}
