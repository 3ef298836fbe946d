import { X509Certificate } from 'node:crypto';
import { type AdmissionRefusal, admitCertificate, isRefusal } from './admission.ts';
import type { Core } from './core.ts';
import type { Peer } from './peer.ts';
import { fingerprintOf, type PresentedPeer } from './presented-peer.ts';

/** Finds out whose certificate it is, and whether it is let in. */
export function admitPeer(core: Core, presented: PresentedPeer): Peer | AdmissionRefusal {
  const { der, chainError, address, port, resumed } = presented;
  const fingerprint = der === undefined ? '' : fingerprintOf(der);
  const outcome = admitCertificate({
    der,
    chainError,
    trustDomain: core.options.trustDomain,
    now: core.observe(),
    find: (id) => core.device(id),
    known: core.certificates.get(fingerprint),
  });
  if (isRefusal(outcome) || der === undefined) return outcome as AdmissionRefusal;
  core.certificates.keep(fingerprint, outcome.certificate);
  return {
    device: outcome.device.id,
    address,
    port,
    serial: outcome.serial,
    validUntil: outcome.validUntil,
    fingerprint,
    certificate: () => new X509Certificate(der),
    resumed,
  };
}

export function isRefusedPeer(outcome: Peer | AdmissionRefusal): outcome is AdmissionRefusal {
  return 'code' in outcome;
}

/** Tells that a certificate was not let in. */
export function tellRefusedPeer(
  core: Core,
  { code, message, device }: AdmissionRefusal,
  address: string,
): void {
  const refusal = { kind: 'handshake-refused', code, message, address } as const;
  core.refusals.note(device === undefined ? refusal : { ...refusal, device }, core.observe());
}
