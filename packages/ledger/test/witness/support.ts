import { concatBytes, encodeUtf8, manualClock, type Signer } from '@kiten/codec';
import {
  type Checkpoint,
  type Cosigner,
  consistencyProof,
  cosignerKey,
  encodeSubmission,
  type KnownLog,
  leafHash,
  merkleRoot,
  rangeHashOf,
  type Suspicion,
  signatureLine,
  signCheckpoint,
  verifierKey,
  Witness,
  type WitnessAnswer,
  type WitnessState,
  type WitnessStore,
} from '../../src/index.ts';
import { testSigner } from '../signers.ts';

export const origin = 'plant-7.example/log';
export const logSigner = testSigner(1);
export const log: KnownLog = { origin, keys: [verifierKey(origin, 'ed25519', logSigner.publicKey)] };
export const seconds = 1_790_000_000;

export const cosigner: Cosigner = { name: 'witness.example/w1', signer: testSigner(21) };

/** A log that can be written anew from some entry on: branch 0 is the true one. */
export class TestLog {
  readonly #leaves: readonly Uint8Array[];
  readonly #signer: Signer;

  constructor(size: number, { forkAt = size, branch = 0, signer = logSigner } = {}) {
    this.#signer = signer;
    this.#leaves = Array.from({ length: size }, (_, index) =>
      leafHash(Buffer.from(`entry ${index} of ${index < forkAt ? 0 : branch}`)),
    );
  }

  root(size: number): Uint8Array {
    return merkleRoot(this.#leaves.slice(0, size));
  }

  checkpoint(size: number): string {
    return signCheckpoint({ origin, size, root: this.root(size) }, this.#signer);
  }

  consistency(from: number, to: number): Uint8Array[] {
    return from === 0 ? [] : consistencyProof(from, to, rangeHashOf(this.#leaves));
  }

  /** The body of a request as the log would send it. */
  submission(from: number, to: number): Uint8Array {
    return encodeSubmission(from, from < to ? this.consistency(from, to) : [], this.checkpoint(to));
  }
}

/** A store in memory that does what the port demands. */
export class MemoryStore implements WitnessStore {
  readonly states = new Map<string, WitnessState>();

  read(name: string): Promise<WitnessState | undefined> {
    return Promise.resolve(this.states.get(name));
  }

  replace(name: string, expectedSize: number, state: WitnessState): Promise<boolean> {
    if ((this.states.get(name)?.size ?? 0) !== expectedSize) return Promise.resolve(false);
    this.states.set(name, state);
    return Promise.resolve(true);
  }
}

/** A witness of the test log, with what it was given. */
export function testWitness({
  store = new MemoryStore() as WitnessStore,
  cosigners = [cosigner],
  logs = [log],
} = {}) {
  const suspicions: Suspicion[] = [];
  const clock = manualClock(seconds * 1000 + 999);
  const onSuspicion = (suspicion: Suspicion) => void suspicions.push(suspicion);
  const witness = new Witness({ cosigners, logs, store, clock, onSuspicion });
  return { witness, store, suspicions, clock };
}

export const witnessKey = cosignerKey(cosigner);

export function textOf({ body }: Pick<WitnessAnswer, 'body'>): string {
  return Buffer.from(body).toString();
}

/** An ML-DSA-44 line with the time 0, over the message put together anew from C2SP tlog-cosignature. */
export function timelessLine(by: Cosigner, { origin: name, size, root }: Checkpoint): string {
  const zero = Buffer.alloc(8);
  const end = Buffer.alloc(8);
  end.writeBigUInt64BE(BigInt(size));
  const opaque = (text: string) => Buffer.from(`${String.fromCharCode(text.length)}${text}`, 'latin1');
  const label = encodeUtf8('subtree/v1\n\0');
  const message = concatBytes(label, opaque(by.name), zero, opaque(name), zero, end, root);
  return signatureLine({ ...cosignerKey(by), signature: concatBytes(zero, by.signer.sign(message)) });
}
