import type { AttesterState, ReferenceImage, UnknownFiles } from '@kiten/attestation';
import type { Evidence } from '@kiten/trust';
import type { AppraisalPool } from './appraisal-pool.ts';
import type { AppraisalTask, AppraisedTask } from './appraisal-task.ts';
import type { Attester } from './attester-book.ts';
import type { EndorsementDesk } from './endorsement-desk.ts';

export interface AppraisalsParts {
  readonly pool: Pick<AppraisalPool, 'appraise'>;
  readonly endorsements: Pick<EndorsementDesk, 'checked'>;
}

/** Evidence of an attester, and what of the site's knowledge it is held against. */
export interface AttesterQuestion {
  readonly attester: Attester;
  readonly evidence: Evidence;
  readonly name: AppraisalTask['name'];
  /** What it is said to answer; that of its first quote unless given. */
  readonly nonce?: Uint8Array;
  readonly images: readonly ReferenceImage[];
  /** What it goes on from. */
  readonly state?: AttesterState;
  readonly unknownFiles?: UnknownFiles;
  readonly holdsUntil: number;
}

/** Has evidence of TPMs appraised, for whoever has to know what it comes to. Nothing is kept and nothing in force by it. */
export class Appraisals {
  readonly #parts: AppraisalsParts;

  constructor(parts: AppraisalsParts) {
    this.#parts = parts;
  }

  /** @throws KitenError as {@link AppraisalPool.appraise} */
  appraise({ attester, evidence, name, images, ...question }: AttesterQuestion): Promise<AppraisedTask> {
    const endorsement = this.#parts.endorsements.checked(attester);
    const word =
      endorsement?.problem === undefined ? endorsement && vendorOf(endorsement.vendor) : endorsement;
    return this.#parts.pool.appraise({
      evidence,
      name,
      context: {
        ...question,
        key: attester.attestationKey,
        images: images.map(({ id }) => id),
        ...(word === undefined ? {} : { endorsement: word }),
      },
    });
  }
}

/** No more of it than an appraisal says. */
const vendorOf = ({ name }: { readonly name: string }) => ({ vendor: { name } });
