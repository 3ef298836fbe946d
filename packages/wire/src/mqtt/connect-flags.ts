import type { MqttErrorCode } from './error.ts';
import type { Connect, MqttVersion, Qos } from './packet.ts';

/** The connect flags byte (MQTT 5.0 §3.1.2.3, 3.1.1 §3.1.2.3). */
export const connectFlag = {
  reserved: 0x01,
  cleanStart: 0x02,
  will: 0x04,
  willRetain: 0x20,
  password: 0x40,
  userName: 0x80,
} as const;

export function willQosOf(flags: number): number {
  return (flags >> 3) & 3;
}

/** What is wrong with the flags, if anything. */
export function connectFlagsFault(
  flags: number,
  version: MqttVersion,
): { code: MqttErrorCode; message: string } | undefined {
  // [MQTT-3.1.2-3] (3.1.1: [MQTT-3.1.2-3])
  if ((flags & connectFlag.reserved) !== 0) {
    return { code: 'wire/mqtt-connect-flags', message: 'The reserved connect flag is set.' };
  }
  // [MQTT-3.1.2-11] [MQTT-3.1.2-13] (3.1.1: [MQTT-3.1.2-13] [MQTT-3.1.2-15])
  if (
    (flags & connectFlag.will) === 0 &&
    (willQosOf(flags) !== 0 || (flags & connectFlag.willRetain) !== 0)
  ) {
    return { code: 'wire/mqtt-will-flags', message: 'Will QoS or will retain is set, but there is no will.' };
  }
  // [MQTT-3.1.2-12] (3.1.1: [MQTT-3.1.2-14])
  if (willQosOf(flags) === 3) return { code: 'wire/mqtt-will-flags', message: 'The will QoS is 3.' };
  // 3.1.1: [MQTT-3.1.2-22]; version 5 allows a password alone (§3.1.2.9).
  if (version === 4 && (flags & connectFlag.password) !== 0 && (flags & connectFlag.userName) === 0) {
    return {
      code: 'wire/mqtt-password-without-user-name',
      message: 'MQTT 3.1.1 allows no password without a user name.',
    };
  }
  return undefined;
}

export function connectFlagsOf({ cleanStart, will, username, password }: Connect): number {
  let flags = cleanStart ? connectFlag.cleanStart : 0;
  if (will !== undefined) flags |= connectFlag.will | ((will.qos satisfies Qos) << 3);
  if (will?.retain === true) flags |= connectFlag.willRetain;
  if (password !== undefined) flags |= connectFlag.password;
  if (username !== undefined) flags |= connectFlag.userName;
  return flags;
}
