import type { TLSSocket } from 'node:tls';
import { publicKeyDigest } from '@kiten/identity';
import type { DeviceBook, DeviceRecord } from '../site/device-book.ts';

/**
 * The device whose key the client has proved: TLS shows the possession, the register says whose it is. Undefined unless
 * a certificate for it is in force.
 */
export function presentedDevice(
  socket: TLSSocket,
  book: Pick<DeviceBook, 'find' | 'keyOwner'>,
  now: number,
): DeviceRecord | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  const digest = publicKeyDigest(certificate.publicKey.export({ type: 'spki', format: 'der' }));
  const device = book.find(book.keyOwner(digest) ?? '');
  const isInForce = device?.certificates.some(
    ({ publicKeyDigest, revokedAt, notAfter }) =>
      publicKeyDigest === digest && revokedAt === undefined && notAfter > now,
  );
  return isInForce === true ? device : undefined;
}
