export { encodePuback } from './mqtt/acknowledgement.ts';
export { connectVersion, decodeConnect } from './mqtt/connect.ts';
export { decodePacket } from './mqtt/decode.ts';
export { encodePacket } from './mqtt/encode.ts';
export { encodePublishProperties } from './mqtt/encode-properties.ts';
export { MqttError, type MqttErrorCode, mqttErrorCodes } from './mqtt/error.ts';
export { type Frame, frameAt } from './mqtt/frame.ts';
export { packetTypeOf, packetTypes } from './mqtt/header.ts';
export type * from './mqtt/packet.ts';
export { carriesReasonCode } from './mqtt/packet-reason-codes.ts';
export { noProperties, type Properties } from './mqtt/properties.ts';
export { publishHeader, publishLength, writePublish, writePublishHeader } from './mqtt/publish-writer.ts';
export * from './mqtt/reason-code.ts';
export { requireSender, type Sender } from './mqtt/sender.ts';
export {
  literalPrefix,
  maximumTopicLength,
  type SharedFilter,
  sharedFilter,
  topicLevelCount,
  topicLevels,
  topicMatches,
  validTopicFilter,
  validTopicName,
} from './mqtt/topic.ts';
