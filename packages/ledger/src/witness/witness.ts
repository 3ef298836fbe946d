import { attempt, type Clock, encodeUtf8, KitenError } from '@kiten/codec';
import { type Cosigner, cosign, cosignerKey } from '../note/cosignature.ts';
import { checkKnownLog, type KnownLog, logSignatures } from '../note/known-log.ts';
import { formatNote, signatureLine } from '../note/signed-note.ts';
import type { VerifierKey } from '../note/verifier-key.ts';
import { emptyTree, type Known, refusalOf, suspicionOf } from './judge-submission.ts';
import { parseSubmission, type Submission } from './submission.ts';
import { answer, conflict, refusal, type WitnessAnswer } from './witness-answer.ts';
import type { Suspicion, WitnessStore } from './witness-store.ts';

/** What a witness needs. */
export interface WitnessOptions {
  /** Each of them signs every checkpoint. */
  readonly cosigners: readonly Cosigner[];
  /** The logs it follows, with origins of at most 255 bytes. */
  readonly logs: readonly KnownLog[];
  readonly store: WitnessStore;
  readonly clock: Clock;
  /** Called, and awaited, before the answer. The same notes may come again and again: keep each pair once. */
  readonly onSuspicion: (suspicion: Suspicion) => void | Promise<void>;
}

/** A submission whose checkpoint the log signed. */
interface Signed extends Submission {
  /** The checkpoint with the log's own signatures only: others may be anybody's, and are not kept. */
  readonly signedNote: string;
}

const maxOriginBytes = 255;

/**
 * A witness of logs (C2SP tlog-witness): it cosigns a tree only if that extends the last one it cosigned, so that
 * whoever demands its cosignature sees the same log as everybody else who does. All its memory is in the store,
 * which several of them may share.
 */
export class Witness {
  readonly #options: WitnessOptions;
  readonly #logs: ReadonlyMap<string, KnownLog>;

  /** @throws KitenError `ledger/witness-misconfigured` or `ledger/key-unsuitable`. */
  constructor(options: WitnessOptions) {
    const { cosigners, logs } = options;
    if (cosigners.length === 0) throw misconfigured('A witness has a key to cosign with.');
    cosigners.forEach(cosignerKey);
    logs.forEach(checkKnownLog);
    this.#options = options;
    this.#logs = new Map(logs.map((log) => [log.origin, log]));
    if (this.#logs.size < logs.length) throw misconfigured('A witness follows each origin once.');
    // ML-DSA-44 cosignatures cannot name a longer one.
    if (logs.some(({ origin }) => encodeUtf8(origin).length > maxOriginBytes)) {
      throw misconfigured(`A witness follows logs with origins of at most ${maxOriginBytes} bytes.`);
    }
  }

  /** What others verify its cosignatures with. */
  get keys(): readonly VerifierKey[] {
    return this.#options.cosigners.map(cosignerKey);
  }

  /**
   * Answers a request to `add-checkpoint`. What a cosignature promises is on record before it is made.
   *
   * @throws KitenError `ledger/witness-store` when the record or a suspicion cannot be kept: answer 5xx.
   */
  async addCheckpoint(body: Uint8Array): Promise<WitnessAnswer> {
    // Taken first: whatever is found on record later, nothing larger was at this time.
    const timestamp = BigInt(Math.floor(this.#options.clock.now() / 1000));
    const submission = attempt(() => parseSubmission(body));
    if (submission instanceof KitenError) return refusal(400, submission.message);
    const log = this.#logs.get(submission.checkpoint.origin);
    if (log === undefined) return refusal(404, 'This log is not followed here.');
    const signatures = logSignatures(submission.checkpoint, log);
    if (signatures.length === 0) return refusal(403, 'The log did not sign this checkpoint.');
    const { text } = submission.checkpoint.note;
    return this.#judge({ ...submission, signedNote: formatNote({ text, signatures }) }, timestamp);
  }

  async #judge(submission: Signed, timestamp: bigint): Promise<WitnessAnswer> {
    const known = await this.#known(submission);
    await this.#suspect(submission, known);
    const refused = refusalOf(submission, known);
    if (refused !== undefined) return refused;
    if (submission.checkpoint.size > known.size && !(await this.#record(submission, known))) {
      return this.#overtaken(submission, known);
    }
    return this.#cosigned(submission, timestamp);
  }

  /** Another request was faster. Sizes only grow, so that what is on record now is larger. */
  async #overtaken(submission: Signed, before: Known): Promise<WitnessAnswer> {
    const known = await this.#known(submission);
    await this.#suspect(submission, known);
    if (known.size > before.size) return conflict(known);
    throw new KitenError('ledger/witness-store', 'The record of the witness changes and does not grow.');
  }

  async #known({ checkpoint }: Submission): Promise<Known> {
    return (await kept(() => this.#options.store.read(checkpoint.origin))) ?? emptyTree;
  }

  #record({ checkpoint, signedNote }: Signed, known: Known): Promise<boolean> {
    const { origin, size, root } = checkpoint;
    return kept(() => this.#options.store.replace(origin, known.size, { size, root, note: signedNote }));
  }

  /** Keeps what may be evidence, whatever else is wrong with the request. */
  async #suspect(submission: Signed, known: Known): Promise<void> {
    const kind = suspicionOf(submission, known);
    if (kind === undefined || known.note === undefined) return;
    const { origin } = submission.checkpoint;
    const suspicion = { kind, origin, cosigned: known.note, submitted: submission.signedNote };
    await kept(async () => this.#options.onSuspicion(suspicion));
  }

  #cosigned({ checkpoint }: Submission, timestamp: bigint): WitnessAnswer {
    const lines = this.#options.cosigners.map((cosigner) => cosign(checkpoint, cosigner, timestamp));
    return answer(200, lines.map(signatureLine).join(''));
  }
}

/** Runs what the host does, and gives its errors a code if they have none. */
async function kept<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof KitenError) throw cause;
    const message = 'The record of the witness cannot be kept. Nothing was cosigned.';
    throw new KitenError('ledger/witness-store', message, { cause });
  }
}

function misconfigured(message: string): KitenError {
  return new KitenError('ledger/witness-misconfigured', message);
}
