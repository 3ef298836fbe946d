import { equalBytes, KitenError, type Signer, toBase64, toHex } from '@kiten/codec';
import type { Fields } from '../../tuf/metadata/fields.ts';
import type { RootMetadata } from '../../tuf/metadata/model.ts';
import { signedForm, type UptaneProfile } from '../profile.ts';
import { signatureOf } from '../signed-payload.ts';

/** The roles that the Director signs with keys at hand. */
export type OnlineRoleName = 'targets' | 'snapshot' | 'timestamp';

interface OnlineKey {
  readonly keyId: string;
  readonly method: string;
  readonly signer: Signer;
}

/** A role with keys of it that are at hand, as many as it takes. */
export class OnlineRole {
  /** Of whose signatures a file is; changes with the keys. */
  readonly keyIds: string;
  readonly #keys: readonly OnlineKey[];
  readonly #profile: UptaneProfile;

  /** @throws KitenError `update/uptane-director-key` when too few of the signers are the root’s for this role. */
  constructor(name: OnlineRoleName, root: RootMetadata, signers: readonly Signer[], profile: UptaneProfile) {
    const { keyIds, threshold } = root.roles.get(name)!;
    const keys = keyIds.flatMap((keyId) => {
      const key = root.keys.get(keyId);
      const signer = signers.find(
        ({ publicKey }) => key?.material !== undefined && equalBytes(publicKey, key.material.publicKey),
      );
      return key === undefined || signer === undefined ? [] : [{ keyId, method: key.scheme, signer }];
    });
    if (keys.length < threshold) {
      throw new KitenError(
        'update/uptane-director-key',
        `The Director’s root wants ${threshold} keys of its own for ${name}; ${keys.length} of them are at hand.`,
        { detail: { role: name, threshold, found: keys.length } },
      );
    }
    this.#keys = keys.slice(0, threshold);
    this.#profile = profile;
    this.keyIds = this.#keys.map(({ keyId }) => keyId).join(' ');
  }

  /** The file of what is signed. */
  sign(signed: Fields): Uint8Array {
    const form = signedForm(signed, this.#profile);
    const signatures = this.#keys.map(({ keyId, method, signer }) => {
      const signature = signatureOf(signer, form);
      return this.#profile === 'legacy'
        ? { keyid: keyId, method, sig: toBase64(signature) }
        : { keyid: keyId, sig: toHex(signature) };
    });
    return Buffer.from(JSON.stringify({ signatures, signed }));
  }
}
