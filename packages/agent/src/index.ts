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
