import { X509Certificate } from 'node:crypto';
import { type AdmissionRefusal, admitCertificate, isRefusal } from './admission.ts';
import type { Core } from './core.ts';
import { isSignedByOwn } from './own-authorities.ts';
import type { Peer } from './peer.ts';
import { fingerprintOf, type PresentedPeer } from './presented-peer.ts';

/** Finds out whose certificate it is, and whether it is let in. `certificate` is the presented one, if it is at hand. */
export function admitPeer(
  core: Core,
  presented: PresentedPeer,
  certificate?: X509Certificate,
): Peer | AdmissionRefusal {
  const { der, chainError, address, port, resumed } = presented;
  const fingerprint = der === undefined ? '' : fingerprintOf(der);
  const outcome = admitCertificate({
    der,
    chainError,
    trustDomain: core.options.trustDomain,
    now: core.observe(),
    find: (id) => core.device(id),
    statusError: (read) =>
      core.revocation?.errorOf(() => certificate ?? new X509Certificate(read.der), read, core.now),
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

/** The same for a client that another server took, which may trust authorities that are not the gateway's. */
export function admitPresented(core: Core, presented: PresentedPeer): Peer | AdmissionRefusal {
  const { der, chainError } = presented;
  if (der === undefined || chainError !== undefined || core.tls === undefined)
    return admitPeer(core, presented);
  const certificate = new X509Certificate(der);
  if (isSignedByOwn(certificate, core.tls)) return admitPeer(core, presented, certificate);
  return admitPeer(core, { ...presented, chainError: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' });
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
