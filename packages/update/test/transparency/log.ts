import { encodeUtf8, type Signer } from '@kiten/codec';
import {
  type Cosigner,
  consistencyProof,
  cosign,
  cosignerKey,
  inclusionProof,
  leafHash,
  merkleRoot,
  parseCheckpoint,
  rangeHashOf,
  signatureLine,
  signCheckpoint,
  verifierKey,
} from '@kiten/ledger';
import { encodeEvent } from '@kiten/trust';
import { type Logged, type LogInclusion, type LogTrust, loggedEvent } from '../../src/index.ts';
import { ed25519Signer } from '../support/keys.ts';
import { now } from '../support/simulator.ts';

export const origin = 'plant-7.example/log';

/** The entry that a site makes of a release or a decision. */
export const entryOf = (logged: Logged): Uint8Array =>
  encodeEvent({ at: now, actor: 'site', ...loggedEvent(logged) });

/** A log of entries in memory, with witnesses that cosign whatever they are shown. */
export class TestLog {
  readonly signer: Signer;
  readonly witnesses: readonly Cosigner[];
  readonly #entries: Uint8Array[];

  constructor(entries: readonly Uint8Array[] = [], like?: TestLog) {
    this.#entries = [...entries];
    this.signer = like?.signer ?? ed25519Signer();
    this.witnesses =
      like?.witnesses ??
      [1, 2, 3].map((number) => ({ name: `witness-${number}.example`, signer: ed25519Signer() }));
  }

  get size(): number {
    return this.#entries.length;
  }

  append(...entries: readonly Uint8Array[]): void {
    this.#entries.push(...entries);
  }

  checkpoint(size = this.size, extensions: readonly string[] = []): string {
    return signCheckpoint({ origin, size, root: merkleRoot(this.#hashes(size)) }, this.signer, extensions);
  }

  /** A checkpoint with the lines of the first so many witnesses, at a time in milliseconds. */
  cosigned(count = 2, at = now, text = this.checkpoint()): string {
    const head = parseCheckpoint(encodeUtf8(text));
    const lines = this.witnesses
      .slice(0, count)
      .map((witness) => signatureLine(cosign(head, witness, BigInt(Math.floor(at / 1000)))));
    return text + lines.join('');
  }

  inclusion(index: number, { checkpoint = this.cosigned(), size = this.size, since = 0 } = {}): LogInclusion {
    const range = rangeHashOf(this.#hashes(size));
    const path = inclusionProof(index, size, range);
    const consistency = since > 0 && since < size ? consistencyProof(since, size, range) : undefined;
    return { leaf: this.#entries[index]!, index, path, checkpoint, ...(consistency && { consistency }) };
  }

  get trust(): LogTrust {
    return {
      log: { origin, keys: [verifierKey(origin, 'ed25519', this.signer.publicKey)] },
      witnesses: this.witnesses.map(cosignerKey),
      quorum: 2,
      maximumAge: 86_400_000,
    };
  }

  #hashes(size: number): Uint8Array[] {
    return this.#entries.slice(0, size).map(leafHash);
  }
}
