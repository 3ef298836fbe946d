import type { EndorsementWord, TpmAppraisalContext, TpmMemory } from '@kiten/attestation';
import type { Appraisal, Evidence } from '@kiten/trust';

/** Evidence and what it is held against, as it crosses to another thread. */
export interface AppraisalTask {
  readonly evidence: Evidence;
  /** The evidence's name, or what gives it one together with its content. */
  readonly name: { readonly salt: Uint8Array } | { readonly digest: string };
  readonly context: Omit<TpmAppraisalContext, 'key' | 'images' | 'endorsement'> & {
    /** TPMT_PUBLIC of the attestation key. */
    readonly key: Uint8Array;
    /** Reference values by their digests. */
    readonly images: readonly string[];
    readonly endorsement?: EndorsementWord;
  };
}

/** What evidence came to, and the name that it has from now on. */
export interface AppraisedTask extends Appraisal<TpmMemory> {
  readonly digest: string;
}

/** Reference values as they came, and the key that they are signed with if they are. */
export interface ReferenceContent {
  readonly content: Uint8Array;
  readonly publicKey?: Uint8Array;
}

/** What a worker is told. */
export type AppraisalMessage =
  | { readonly kind: 'keep'; readonly image: string; readonly reference: ReferenceContent }
  | { readonly kind: 'forget'; readonly image: string }
  | { readonly kind: 'appraise'; readonly task: AppraisalTask };
