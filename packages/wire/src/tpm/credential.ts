import { tpmRefusal } from './error.ts';
import { readTpm } from './reader.ts';
import { TpmWriter } from './writer.ts';

/** What TPM2_ActivateCredential takes (Part 3, 12.5). */
export interface TpmCredential {
  /** HMAC over the encrypted identity and the name of the key. */
  readonly integrity: Uint8Array;
  /** The TPM2B of the secret, encrypted. */
  readonly encryptedIdentity: Uint8Array;
  /** The seed under the endorsement key: RSA ciphertext, or a TPMS_ECC_POINT. */
  readonly encryptedSecret: Uint8Array;
}

const maximum = { digest: 64, identity: 66, secret: 512 } as const;

/** TPM2B_ID_OBJECT (Part 2, 12.4.3). @throws KitenError `wire/tpm-size` */
export const encodeIdObject = (credential: TpmCredential): Uint8Array =>
  new TpmWriter().nested((writer) => writeIdObject(writer, credential)).result();

function writeIdObject(writer: TpmWriter, { integrity, encryptedIdentity }: TpmCredential): void {
  if (encryptedIdentity.length > maximum.identity) {
    throw tpmRefusal('wire/tpm-size', 'The identity is longer than a digest may be.');
  }
  writer.sized(integrity, maximum.digest).octets(encryptedIdentity);
}

/** TPM2B_ENCRYPTED_SECRET (Part 2, 11.4.3). @throws KitenError `wire/tpm-size` */
export const encodeEncryptedSecret = ({ encryptedSecret }: TpmCredential): Uint8Array =>
  new TpmWriter().sized(encryptedSecret, maximum.secret).result();

/** `ba dc c0 de` and a version: how a credential file of tpm2-tools begins. */
const fileMagic = 0xbadcc0de;
const fileVersion = 1;

/** A credential as `tpm2_activatecredential` reads it. @throws KitenError `wire/tpm-size` */
export function encodeCredentialFile(credential: TpmCredential): Uint8Array {
  const writer = new TpmWriter().uint32(fileMagic).uint32(fileVersion);
  writer.nested((inner) => writeIdObject(inner, credential));
  return writer.sized(credential.encryptedSecret, maximum.secret).result();
}

/** Decodes what `tpm2_makecredential` wrote. @throws KitenError `wire/tpm-…` */
export function decodeCredentialFile(bytes: Uint8Array): TpmCredential {
  return readTpm(bytes, (reader) => {
    if (reader.uint32() !== fileMagic || reader.uint32() !== fileVersion) {
      throw tpmRefusal('wire/tpm-magic', 'A credential file begins with ba dc c0 de and version 1.', 0);
    }
    const identity = reader.nested((inner) => {
      const start = inner.offset;
      const integrity = inner.sized(maximum.digest);
      const encryptedIdentity = inner.rest();
      if (encryptedIdentity.length > maximum.identity) {
        throw tpmRefusal('wire/tpm-size', 'The identity is longer than a digest may be.', start);
      }
      return { integrity, encryptedIdentity };
    });
    return { ...identity, encryptedSecret: reader.sized(maximum.secret) };
  });
}
