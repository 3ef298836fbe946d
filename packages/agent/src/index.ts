export { answer, attest } from './agent/attest.ts';
export { type Enrolled, enrol, renew } from './agent/enrol.ts';
export { establishKey } from './agent/establish-key.ts';
export type { AgentEvent, Report } from './agent/event.ts';
export { gather } from './agent/gather.ts';
export { type AgentPorts, type Host, openHost } from './agent/host.ts';
export { type Identity, requireIdentity } from './agent/identity.ts';
export { run } from './agent/run.ts';
export { type AgentStatus, status } from './agent/status.ts';
export type { AgentConfiguration } from './configuration/configuration.ts';
export { loadConfiguration, parseConfiguration } from './configuration/load.ts';
export {
  type AttestationKeySeed,
  createAttestationKey,
  newSeed,
  storedSeed,
} from './evidence/attestation-key.ts';
export { collectEvidence } from './evidence/collect-evidence.ts';
export { kernelMeasurementFiles, type MeasurementFiles, readMeasurements } from './evidence/measurements.ts';
export { createTpmKey, loadTpmKey, tpmSigningKey, type UseTpm } from './keys/tpm-key.ts';
export { decodeTpmKey, encodeTpmKey } from './keys/tpm-key-file.ts';
export { type TpmRequestFields, tpmRequest } from './keys/tpm-request.ts';
export { type Authentication, MqttClient, type MqttOptions } from './mqtt/mqtt-client.ts';
export type { HardwareKey } from './openssl/hardware-key.ts';
export { type HardwareIdentity, opensslConnector } from './openssl/openssl-connector.ts';
export type { Environment } from './openssl/workspace.ts';
export {
  type CollectedReport,
  RuntimeCollector,
  type RuntimeCollectorOptions,
  type RuntimeQuestion,
} from './runtime/collect-report.ts';
export { EventJournal, type EventSource, type SourcedEvents } from './runtime/event-journal.ts';
export { type OpenedJournal, openJournal } from './runtime/open-journal.ts';
export { type CryptCheck, PasswordCheck, systemCrypt } from './runtime/password-check.ts';
export { signReport } from './runtime/sign-report.ts';
export { AttestationClient } from './site/attestation-client.ts';
export type { Address, Connect } from './site/connector.ts';
export { authorityCertificates, freshnessNonce, requestCertificate, tokenHeader } from './site/est-client.ts';
export { nodeConnector } from './site/node-connector.ts';
export { SiteClient } from './site/site-client.ts';
export { StateDirectory } from './state/state-directory.ts';
export { type ServedToken, serveToken } from './token/serve-token.ts';
export { type SigningKey, SigningToken, tokenKeyUri } from './token/signing-token.ts';
export { activateCredential } from './tpm/activate-credential.ts';
export { certify, quote, type SignedStatement } from './tpm/attest.ts';
export { describeTpm, listHandles, type TpmDescription } from './tpm/capabilities.ts';
export {
  createEndorsementKey,
  type EndorsementKey,
  endorsementChain,
  endorsementKeys,
} from './tpm/endorsement-key.ts';
export {
  attestationKeyTemplate,
  type EndorsementSlot,
  endorsementSlots,
  signingKeyTemplate,
  storageKeyTemplate,
  type TpmKeyKind,
} from './tpm/key-template.ts';
export { readNv } from './tpm/nv.ts';
export {
  createKey,
  createPrimary,
  evictControl,
  flushContext,
  loadKey,
  readPublic,
  type TpmObject,
  type WrappedKey,
  withObject,
} from './tpm/object.ts';
export { openTpm } from './tpm/open-tpm.ts';
export { openTpmTransport } from './tpm/open-transport.ts';
export { extendPcr, type PcrReadings, readPcrs } from './tpm/pcr.ts';
export { type Random, withEndorsementPolicy } from './tpm/session.ts';
export { signDigest, signOctets } from './tpm/sign.ts';
export {
  emptyPassword,
  isTpmRefusal,
  Tpm,
  type TpmOptions,
  type TpmOutcome,
  type TpmRequest,
  tpmHierarchy,
} from './tpm/tpm.ts';
export type { TpmTransport } from './tpm/transport.ts';
