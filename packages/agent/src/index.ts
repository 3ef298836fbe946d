export { describeTpm, listHandles, type TpmDescription } from './tpm/capabilities.ts';
export { openTpm } from './tpm/open-tpm.ts';
export { openTpmTransport } from './tpm/open-transport.ts';
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
