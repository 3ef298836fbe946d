import { type Certificate, decodePem, encodePem, KitenError, parseCertificate } from '@kiten/codec';
import type { DeviceKey } from '../keys/device-key.ts';
import type { Connect } from '../site/connector.ts';
import { storedKey } from './device-keys.ts';
import type { Host } from './host.ts';

/** The certificate and what its key is found by: one file, so that the two always fit. */
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
  const blocks = decodePem(text);
  const certificate = blocks.find(({ label }) => label === 'CERTIFICATE')?.der;
  if (certificate === undefined) {
    throw new KitenError(
      'agent/state-malformed',
      `${host.state.file(file)} holds no certificate: enrol anew.`,
    );
  }
  const key = await storedKey(host, host.state.file(file), blocks);
  const connect = key.connector(host.trust, encodePem('CERTIFICATE', certificate));
  return { certificate: parseCertificate(certificate), connect, key };
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

/** Keeps a certificate with its key. */
export const storeIdentity = (host: Host, key: DeviceKey, certificate: string): Promise<void> =>
  host.state.write(file, certificate + (key.kept ?? ''));
