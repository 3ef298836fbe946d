import { readFile } from 'node:fs/promises';
import { KitenError, parseCertificationRequest } from '@kiten/codec';
import { opensslConnector } from '../openssl/openssl-connector.ts';
import { signMessage, signRequest } from '../openssl/sign-request.ts';
import type { Environment } from '../openssl/workspace.ts';
import type { DeviceKey } from './device-key.ts';

/** A key that its token does not give out, as the configuration names it. */
export interface Pkcs11Settings {
  /** RFC 7512, without a PIN. */
  readonly uri: string;
  /** File: the library that speaks to the token. */
  readonly module: string;
  /** File: the PIN. Undefined for a token that wants none. */
  readonly pinFile: string | undefined;
}

/** The key is made by whoever sets up the token; a renewal is for the same key. */
export function pkcs11Key({ uri, module, pinFile }: Pkcs11Settings, environment: Environment): DeviceKey {
  const source = pinFile === undefined ? '' : `pin-source=file:${encodeURI(pinFile)}`;
  const joint = source === '' ? '' : uri.includes('?') ? '&' : '?';
  const key = { uri: `${uri}${joint}${source}`, module };
  return {
    place: 'pkcs11',
    async request({ device }) {
      await checkPin(pinFile);
      const request = await signRequest(key, device, environment);
      return { request, publicKey: parseCertificationRequest(request).publicKey };
    },
    async sign(message) {
      await checkPin(pinFile);
      return signMessage(key, message, environment);
    },
    connector: (trust, certificate) => async (address) => {
      await checkPin(pinFile);
      return opensslConnector(trust, { certificate, key }, environment)(address);
    },
  };
}

/** The engine hands the file to the token as it is. A token counts wrong PINs, and locks itself. */
async function checkPin(file: string | undefined): Promise<void> {
  if (file === undefined) return;
  let pin: string;
  try {
    pin = await readFile(file, 'utf8');
  } catch (cause) {
    throw new KitenError('agent/pin-file', `The PIN cannot be read from ${file}.`, { cause });
  }
  if (/^[^\r\n]+$/.test(pin)) return;
  throw new KitenError(
    'agent/pin-file',
    `${file} has the PIN and nothing else, no line break either: printf %s "$PIN" > ${file}.`,
  );
}
