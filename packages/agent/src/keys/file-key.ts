import { createCertificationRequest, type Signer } from '@kiten/codec';
import { exportPrivateKey, generateSigner, loadSigner } from '@kiten/identity';
import { nodeConnector } from '../site/node-connector.ts';
import type { DeviceKey } from './device-key.ts';

/** A new key in the memory of this process. */
export const createFileKey = (): DeviceKey => fileKey(generateSigner('ES256'));

/** The key in a file for its owner only. @throws KitenError `identity/key-file-…` */
export const loadFileKey = async (file: string): Promise<DeviceKey> => fileKey(await loadSigner(file));

const fileKey = (signer: Signer): DeviceKey => ({
  place: 'file',
  kept: exportPrivateKey(signer),
  request: async ({ device }) => ({
    request: createCertificationRequest({ subject: [{ type: 'CN', value: device }] }, signer),
    publicKey: signer.publicKey,
  }),
  sign: async (message) => signer.sign(message),
  connector: (trust, certificate) => nodeConnector(trust, { certificate, key: exportPrivateKey(signer) }),
});
