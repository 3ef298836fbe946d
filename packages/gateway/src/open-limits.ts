import { largestPacket } from './connack.ts';
import { defaultLimits, type Limits } from './limits.ts';

/** Where everybody is one device, what a device may have is what there is. */
export const openLimits: Partial<Limits> = {
  // Whatever MQTT has packets for.
  packetSize: largestPacket,
  connectPacketSize: 524_288,
  topicLength: 65_535,
  topicLevels: 200,
  retainedMessagesPerDevice: defaultLimits.retainedMessages,
  queuedMessages: 100_000,
  queuedBytes: 268_435_456,
  sessionExpiry: 4_294_967_295,
};
