import { decodeCorim, isSignedCorim, isValidAt, type ReferenceImage, verifyCorim } from '@kiten/attestation';
import { KitenError } from '@kiten/codec';
import { nodeVerify } from '@kiten/identity';
import type { Kysely } from 'kysely';
import {
  type KeptReference,
  type KeptReferenceKey,
  type KeptTarget,
  storedReferenceKeys,
  storedReferences,
  storedTargets,
} from '../../store/references.ts';
import type { Tables } from '../../store/tables.ts';

/** Reference values of one image, and whom they are addressed to. */
export interface Reference extends KeptReference {
  readonly image: ReferenceImage;
}

/**
 * The reference values of a site, in memory; the store holds the same. However many devices run an image, there is one
 * copy of it, under the digest of its content.
 */
export class ReferenceBook {
  readonly #references = new Map<string, Reference>();
  /** Digests by whom they are addressed to: `group:pumps`. */
  readonly #byTarget = new Map<string, Set<string>>();
  readonly #keys = new Map<string, KeptReferenceKey>();

  static async load(store: Kysely<Tables>): Promise<ReferenceBook> {
    const book = new ReferenceBook();
    for (const key of await storedReferenceKeys(store)) book.putKey(key);
    for (const { content, ...kept } of await storedReferences(store)) {
      const keys = book.keys().filter(({ name }) => name === kept.signedBy);
      book.put({ ...kept, image: readCorim(content, keys).image });
    }
    for (const target of await storedTargets(store)) book.assign(target);
    return book;
  }

  all(): readonly Reference[] {
    return [...this.#references.values()];
  }

  find(digest: string): Reference | undefined {
    return this.#references.get(digest);
  }

  /** @throws KitenError `kiten/reference-unknown` */
  get(digest: string): Reference {
    const found = this.#references.get(digest);
    if (found !== undefined) return found;
    throw new KitenError(
      'kiten/reference-unknown',
      'There are no reference values with this digest: `kiten attest reference list` shows them.',
    );
  }

  put(reference: Reference): void {
    this.#references.set(reference.digest, reference);
  }

  remove(digest: string): void {
    this.#references.delete(digest);
    for (const digests of this.#byTarget.values()) digests.delete(digest);
  }

  assign({ digest, kind, target }: KeptTarget): void {
    const key = `${kind}:${target}`;
    const digests = this.#byTarget.get(key) ?? new Set<string>();
    digests.add(digest);
    this.#byTarget.set(key, digests);
  }

  unassign({ digest, kind, target }: KeptTarget): void {
    this.#byTarget.get(`${kind}:${target}`)?.delete(digest);
  }

  /** Whom reference values are addressed to, as texts. */
  targetsOf(digest: string): readonly string[] {
    return [...this.#byTarget].filter(([, digests]) => digests.has(digest)).map(([key]) => key);
  }

  /** The images that count for whoever is addressed by these, each once. */
  imagesFor(targets: readonly string[], at: number): readonly ReferenceImage[] {
    const images = new Map<string, ReferenceImage>();
    for (const target of targets) {
      for (const digest of this.#byTarget.get(target) ?? []) {
        const image = this.#references.get(digest)?.image;
        if (image !== undefined && isValidAt(image, at)) images.set(digest, image);
      }
    }
    return [...images.values()];
  }

  keys(): readonly KeptReferenceKey[] {
    return [...this.#keys.values()];
  }

  putKey(key: KeptReferenceKey): void {
    this.#keys.set(key.name, key);
  }

  removeKey(name: string): void {
    this.#keys.delete(name);
  }
}

/**
 * A CoRIM as it came, read under one of the keys if it is signed.
 *
 * @throws KitenError `kiten/reference-signer` if none of them has signed it, `attestation/corim-…`
 */
export function readCorim(
  content: Uint8Array,
  keys: readonly KeptReferenceKey[],
): { readonly image: ReferenceImage; readonly signedBy?: string; readonly issuer?: string } {
  if (!isSignedCorim(content)) return { image: decodeCorim(content) };
  for (const { name, publicKey } of keys) {
    try {
      const { issuer, ...image } = verifyCorim(content, nodeVerify, publicKey);
      return { image, signedBy: name, issuer };
    } catch (error) {
      const { code } = error as Partial<KitenError>;
      // Under another key, perhaps.
      if (code !== 'attestation/corim-signature' && code !== 'attestation/corim-unverifiable') throw error;
    }
  }
  throw new KitenError(
    'kiten/reference-signer',
    'The reference values are signed by nobody whose key is known here: kiten attest reference key add.',
  );
}
