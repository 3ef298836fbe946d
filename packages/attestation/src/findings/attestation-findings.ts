import { defineFindings, type FindingRegistry } from '@kiten/trust';
import { bootDefinitions } from './boot-definitions.ts';
import { hardwareDefinitions } from './hardware-definitions.ts';
import { identityDefinitions } from './identity-definitions.ts';
import { runtimeDefinitions } from './runtime-definitions.ts';

/** What the appraisal of a TPM's evidence can conclude. */
export const attestationFindings: FindingRegistry = defineFindings([
  ...identityDefinitions,
  ...bootDefinitions,
  ...runtimeDefinitions,
  ...hardwareDefinitions,
]);
