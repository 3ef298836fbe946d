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
export {
  beginsLikeProxyHeader,
  type ProxyEnd,
  type ProxyHeader,
  readProxyHeader,
} from './proxy/proxy-header.ts';
export { maximumProxyHeader } from './proxy/version-2.ts';
export {
  type TpmHash,
  tpmAlgorithm,
  tpmCurves,
  tpmHashFunctions,
  tpmHashOf,
} from './tpm/algorithm.ts';
export { type Attest, decodeAttest, encodeAttest, tpmGenerated } from './tpm/attest.ts';
export type { Attested, AttestType, ClockInfo } from './tpm/attested.ts';
export {
  continueSession,
  encodeTpmCommand,
  passwordSession,
  type TpmAuthorization,
  type TpmCommand,
} from './tpm/command.ts';
export { type TpmCommandName, tpmCommandCodes } from './tpm/command-code.ts';
export {
  decodeCredentialFile,
  encodeCredentialFile,
  encodeEncryptedSecret,
  encodeIdObject,
  type TpmCredential,
} from './tpm/credential.ts';
export { decodeDigests, decodeSizedDigest, encodeDigests } from './tpm/digest-list.ts';
export type { TpmErrorCode } from './tpm/error.ts';
export { type ObjectAttribute, objectAttributeMask, objectAttributes } from './tpm/object-attributes.ts';
export {
  decodePcrSelections,
  encodePcrSelections,
  type PcrSelection,
  readPcrSelections,
  writePcrSelections,
} from './tpm/pcr-selection.ts';
export {
  type DigestWith,
  decodePublicArea,
  decodeSizedPublicArea,
  type EccPublicArea,
  encodePublicArea,
  objectName,
  type PublicArea,
  type RsaPublicArea,
} from './tpm/public-area.ts';
export { readTpm, TpmReader } from './tpm/reader.ts';
export {
  decodeTpmResponse,
  decodeTpmResponseHeader,
  type TpmResponse,
  tpmResponseHeaderBytes,
} from './tpm/response.ts';
export { describeTpmResponse, type TpmResponsePlace } from './tpm/response-code.ts';
export type { AsymmetricScheme, SymmetricCipher } from './tpm/scheme.ts';
export { decodeTpmSignature, encodeTpmSignature, type TpmSignature } from './tpm/signature.ts';
export { TpmWriter } from './tpm/writer.ts';
