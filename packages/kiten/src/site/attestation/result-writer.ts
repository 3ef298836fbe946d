import type { ResultMessage } from '@kiten/attestation';
import type { Signer } from '@kiten/codec';
import { type FindingRegistry, signEar, signEarCwt } from '@kiten/trust';
import type { AttestationOutcome } from './attestation-desk.ts';

/** Writes what became of evidence for the device that sent it. */
export class ResultWriter {
  /** RFC 9782. */
  readonly jwtType = 'application/eat+jwt';
  readonly cwtType = 'application/eat+cwt';
  readonly #signer: Signer;
  readonly #registry: FindingRegistry;

  constructor(signer: Signer, registry: FindingRegistry) {
    this.#signer = signer;
    this.#registry = registry;
  }

  jwt({ result }: AttestationOutcome): string {
    return signEar(result, this.#signer);
  }

  cwt({ result }: AttestationOutcome): Uint8Array {
    return signEarCwt(result, this.#signer);
  }

  message(outcome: AttestationOutcome): ResultMessage {
    const { device, findings, holdsUntil = null, nextBefore } = outcome;
    return {
      device: device.id,
      status: device.verdict.status,
      vector: device.verdict.vector,
      findings: findings.map((finding) => {
        const { code, claim, value, aspect, parameters } = finding;
        const { found } = this.#registry.sentence(finding, 'en');
        return { code, claim, value, aspect, parameters, sentence: found };
      }),
      ear: this.jwt(outcome),
      holdsUntil,
      nextBefore,
    };
  }
}
