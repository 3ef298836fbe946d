import type { SuitSequence } from './command.ts';
import type { SuitCommon } from './common.ts';
import type { ComponentIdentifier } from './component.ts';
import type { SuitDigest } from './digest.ts';
import type { SuitSectionName } from './labels.ts';
import type { SuitTexts } from './text.ts';
import type { SuitVersion } from './version.ts';

/**
 * A member of a manifest. With a digest it is severable: its content stands in the envelope, or nowhere any more.
 * One of the two is always there.
 */
export interface SuitMember<Content> {
  readonly digest?: SuitDigest;
  readonly content?: Content;
}

/** SUIT_Manifest (draft-ietf-suit-manifest §8.4), version 1. */
export interface SuitManifest {
  /** Grows with each manifest; a lower one is never taken (§8.4.2). */
  readonly sequenceNumber: number;
  readonly common: SuitCommon;
  /** Where the manifest is to be had with everything that was severed. */
  readonly referenceUri?: string;
  /** Where the manifest itself belongs (draft-ietf-suit-trust-domains). */
  readonly componentIdentifier?: ComponentIdentifier;
  /** The version that the update brings (draft-ietf-suit-update-management). */
  readonly currentVersion?: SuitVersion;
  readonly sections: { readonly [Name in SuitSectionName]?: SuitMember<SuitSequence> };
  readonly text?: SuitMember<SuitTexts>;
  /** A Concise Software Identifier, as it is (RFC 9393). */
  readonly coswid?: SuitMember<Uint8Array>;
}
