import type { SuitTrust } from '../authenticate.ts';
import { type ComponentIdentifier, componentKey } from '../component.ts';
import type { SuitSectionName } from '../labels.ts';
import type { SuitLimits } from '../limits.ts';
import type { SuitParameters } from '../parameters.ts';
import { refusal } from '../refusal.ts';
import type { SuitDevice, SuitTransaction } from './ports.ts';

/** What became of one command (draft-ietf-suit-manifest §8.4.7). */
export interface SuitRecord {
  readonly section: SuitSectionName;
  readonly component: ComponentIdentifier;
  readonly command: string;
  /** The code it was refused with, if it failed. */
  readonly failure?: string;
}

/** What one run of manifests shares: parameters, limits and records. */
export class Procedure {
  readonly device: SuitDevice;
  readonly transaction: SuitTransaction;
  readonly trust: SuitTrust;
  readonly limits: SuitLimits;
  readonly records: SuitRecord[] = [];
  writtenBytes = 0;
  readonly #parameters = new Map<string, SuitParameters>();
  readonly #onStep: (() => void) | undefined;
  #steps = 0;

  constructor(
    device: SuitDevice,
    transaction: SuitTransaction,
    trust: SuitTrust,
    limits: SuitLimits,
    onStep?: () => void,
  ) {
    this.device = device;
    this.transaction = transaction;
    this.trust = trust;
    this.limits = limits;
    this.#onStep = onStep;
  }

  /** @throws KitenError `update/suit-too-many-steps`. */
  step(): void {
    this.#steps += 1;
    if (this.#steps > this.limits.steps) {
      throw refusal('update/suit-too-many-steps', `The manifest takes more than ${this.limits.steps} steps.`);
    }
    this.#onStep?.();
  }

  parametersOf(component: ComponentIdentifier): SuitParameters {
    return this.#parameters.get(componentKey(component)) ?? {};
  }

  setParameters(component: ComponentIdentifier, parameters: SuitParameters): void {
    const key = componentKey(component);
    const before = this.#parameters.get(key);
    const custom = new Map([...(before?.custom ?? []), ...(parameters.custom ?? [])]);
    this.#parameters.set(key, { ...before, ...parameters, ...(custom.size > 0 && { custom }) });
  }
}
