import { encodeUtf8, equalBytes, KitenError, type Signer, toBase64, toHex } from '@kiten/codec';
import type { Fields } from '../../tuf/metadata/fields.ts';
import type { RootMetadata } from '../../tuf/metadata/model.ts';
import { signedText, type UptaneProfile } from '../profile.ts';
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
    const text = signedText(signed, this.#profile);
    const form = encodeUtf8(text);
    const signatures = this.#keys.map(({ keyId, method, signer }) => {
      const signature = signatureOf(signer, form);
      return this.#profile === 'legacy'
        ? { keyid: keyId, method, sig: toBase64(signature) }
        : { keyid: keyId, sig: toHex(signature) };
    });
    // What was signed is what is written, unless a string in it has to be escaped for JSON.
    const body = controls.test(text) ? JSON.stringify(signed) : text;
    return Buffer.from(`{"signatures":${JSON.stringify(signatures)},"signed":${body}}`);
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\u0000-\u001f]/;
