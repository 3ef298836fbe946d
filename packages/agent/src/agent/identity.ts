import { type Certificate, decodePem, KitenError, parseCertificate } from '@kiten/codec';
import type { DeviceKey } from '../keys/device-key.ts';
import { createFileKey, loadFileKey } from '../keys/file-key.ts';
import type { Connect } from '../site/connector.ts';
import type { Host } from './host.ts';

/** The certificate and, if it lives in a file, its key: one file, so that the two always fit. */
const file = 'identity.pem';

/** Who the device is. */
export interface Identity {
  readonly certificate: Certificate;
  readonly connect: Connect;
  readonly key: DeviceKey;
}

/** @returns undefined for a device that is not enrolled. @throws KitenError `agent/state-malformed`, `identity/key-file-…` */
export async function storedIdentity(host: Host): Promise<Identity | undefined> {
  const text = (await host.state.read(file))?.toString('utf8');
  if (text === undefined) return undefined;
  const block = decodePem(text).find(({ label }) => label === 'CERTIFICATE');
  if (block === undefined) {
    throw new KitenError(
      'agent/state-malformed',
      `${host.state.file(file)} holds no certificate: enrol anew.`,
    );
  }
  const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/.exec(text)?.[0] ?? '';
  const key = await keyOf(host);
  return { certificate: parseCertificate(block.der), connect: key.connector(host.trust, pem), key };
}

/** @throws KitenError `agent/not-enrolled` */
export async function requireIdentity(host: Host): Promise<Identity> {
  const identity = await storedIdentity(host);
  if (identity !== undefined) return identity;
  throw new KitenError(
    'agent/not-enrolled',
    'This device is not enrolled: run "kiten-agent enrol" with a token.',
  );
}

/** A key for the next certificate. */
export const nextKey = (): DeviceKey => createFileKey();

/** Keeps a certificate with its key. */
export const storeIdentity = (host: Host, key: DeviceKey, certificate: string): Promise<void> =>
  host.state.write(file, certificate + (key.secret ?? ''));

async function keyOf(host: Host): Promise<DeviceKey> {
  return loadFileKey(host.state.file(file));
}
