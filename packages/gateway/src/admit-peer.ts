import type { TLSSocket } from 'node:tls';
import { type AdmissionRefusal, admitCertificate, isRefusal } from './admission.ts';
import type { Core } from './core.ts';
import type { Peer } from './peer.ts';

/** Finds out who is at the other end of a TLS connection: by its certificate, or by the password it will send. */
export function admitPeer(
  core: Core,
  socket: TLSSocket,
  admission: 'certificate' | 'password',
): Peer | AdmissionRefusal {
  const { remoteAddress: address = '', remotePort: port = 0 } = socket;
  const resumed = socket.isSessionReused();
  if (admission === 'password') {
    return { device: '', address, port, serial: '', fingerprint: '', admission, resumed };
  }
  const certificate = socket.getPeerX509Certificate();
  const outcome = admitCertificate({
    der: certificate?.raw,
    chainError: socket.authorized ? undefined : String(socket.authorizationError),
    trustDomain: core.options.trustDomain,
    now: core.observe(),
    find: (id) => core.device(id),
  });
  if (isRefusal(outcome)) return outcome;
  return {
    device: outcome.device.id,
    address,
    port,
    serial: outcome.serial,
    validUntil: outcome.validUntil,
    fingerprint: (certificate?.fingerprint256 ?? '').replaceAll(':', '').toLowerCase(),
    certificate: () => socket.getPeerX509Certificate(),
    resumed,
  };
}

export function isRefusedPeer(outcome: Peer | AdmissionRefusal): outcome is AdmissionRefusal {
  return 'code' in outcome;
}
