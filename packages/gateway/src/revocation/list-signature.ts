import { constants, createPublicKey, verify } from 'node:crypto';
import {
  algorithmOf,
  type Certificate,
  type CertificateList,
  KitenError,
  verifyCertificateListSignature,
} from '@kiten/codec';

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

/** Whether the holder of an authority's key has signed a list. False too for algorithms and keys that are not known here. */
export function isSignedBy(list: CertificateList, { publicKey }: Certificate): boolean {
  try {
    return verifyCertificateListSignature(list, publicKey, (name, spki, data, signature) => {
      const digest = algorithmOf(name).hash?.replace('-', '').toLowerCase();
      const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
      const padding = name.startsWith('PS') ? pss : {};
      return verify(digest, data, { key, dsaEncoding: 'ieee-p1363', ...padding }, signature);
    });
  } catch (error) {
    // A key or a signature that cannot even be read.
    if (error instanceof KitenError || (error as { code?: string }).code?.startsWith('ERR_') === true)
      return false;
    throw error;
  }
}
