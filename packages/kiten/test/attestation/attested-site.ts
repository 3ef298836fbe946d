import { encodeTpmEvidence, type TpmEvidence } from '@kiten/attestation';
import { parseDeviceId } from '@kiten/trust';
import { SimulatedDevice, SimulatedKey } from '../../../attestation/test/support/simulated-device.ts';
import { putAttester } from '../../src/store/attesters.ts';
import type { InnerSite } from '../fixtures.ts';

/** A device in memory whose key speaks for it at a site already. */
export class AttestedDevice extends SimulatedDevice {
  readonly site: InnerSite;
  readonly id: string;

  private constructor(site: InnerSite, id: string) {
    super([11]);
    this.site = site;
    this.id = id;
  }

  /** Enrols it and lets its key speak for it, as an activation would. */
  static async admit(site: InnerSite, id: string, group?: string): Promise<AttestedDevice> {
    await site.admit(id, group);
    const device = new AttestedDevice(site, id);
    const attester = {
      device: parseDeviceId(id),
      attestationKey: device.ak.publicArea,
      endorsementKey: new SimulatedKey().publicArea,
      intermediates: [],
      activatedAt: site.clock.now(),
    };
    await putAttester(site.database, attester);
    site.attesters.put(attester);
    return device;
  }

  /** Answers a challenge with what the site asks for. */
  answer(change: (evidence: TpmEvidence) => TpmEvidence = (evidence) => evidence): Uint8Array {
    const { nonce, ima } = this.site.attestation.challenge(this.id);
    const offset = ima?.resetCount === this.resetCount ? ima.offset : 0;
    const entries = this.imaLog.subarray(offset);
    return encodeTpmEvidence(change(this.evidence(nonce, { offset, entries })));
  }

  send(evidence: Uint8Array | TpmEvidence) {
    this.clock += 1n;
    const body = evidence instanceof Uint8Array ? evidence : encodeTpmEvidence(evidence);
    return this.site.attestation.receive(this.id, body, ['test']);
  }

  attest(change?: (evidence: TpmEvidence) => TpmEvidence) {
    return this.send(this.answer(change));
  }
}

/** The codes of what was found, in order. */
export const codesOf = ({
  findings,
}: {
  readonly findings: readonly { readonly code: string }[];
}): string[] => findings.map(({ code }) => code.replace('attestation/', '')).sort();
