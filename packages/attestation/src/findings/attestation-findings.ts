import { defineFindings, type FindingRegistry } from '@kiten/trust';
import { bootDefinitions } from './boot-definitions.ts';
import { configurationDefinitions } from './configuration-definitions.ts';
import { eventDefinitions } from './event-definitions.ts';
import { hardwareDefinitions } from './hardware-definitions.ts';
import { identityDefinitions } from './identity-definitions.ts';
import { kernelDefinitions } from './kernel-definitions.ts';
import { processDefinitions } from './process-definitions.ts';
import { reportDefinitions } from './report-definitions.ts';
import { runtimeDefinitions } from './runtime-definitions.ts';

/** What the appraisal of a TPM's evidence can conclude. */
export const attestationFindings: FindingRegistry = defineFindings([
  ...identityDefinitions,
  ...bootDefinitions,
  ...runtimeDefinitions,
  ...hardwareDefinitions,
  ...reportDefinitions,
  ...kernelDefinitions,
  ...configurationDefinitions,
  ...processDefinitions,
  ...eventDefinitions,
]);
