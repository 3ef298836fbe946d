import { toHex } from '@kiten/codec';
import { tpmAlgorithm, tpmHashOf } from '@kiten/wire';
import type { OctetText } from '../hash.ts';
import { digestOf } from '../hash.ts';
import type { RuntimeReference } from '../runtime/runtime-reference.ts';
import type { ReferenceFiles } from './reference-files.ts';
import type { SharedBootLog } from './shared-boot-log.ts';
import type { SharedImaLog } from './shared-ima-log.ts';

/** One state that a device may be in: by bank and PCR, the values that are acceptable together. */
export type PcrState = ReadonlyMap<number, ReadonlyMap<number, readonly OctetText[]>>;

/** What an image is known by: the reference values of one CoRIM. */
export interface ReferenceImage {
  /** `sha256:` and the digest of the CoRIM: equal content has one name, and is kept once. */
  readonly id: string;
  /** For sentences: vendor and model. */
  readonly name: string;
  readonly states: readonly PcrState[];
  readonly files: ReferenceFiles;
  readonly bootLog?: SharedBootLog;
  readonly imaLog?: SharedImaLog;
  /** What its kernel may be and run. */
  readonly runtime?: RuntimeReference;
  /** Milliseconds since the Unix epoch; from then on it does not count. */
  readonly validUntil?: number;
  /** Before then it does not count yet. */
  readonly validFrom?: number;
}

const sha256 = tpmHashOf(tpmAlgorithm.sha256)!;

/** What reference values are kept under. */
export const contentAddress = (bytes: Uint8Array): string => `sha256:${toHex(digestOf(sha256, bytes))}`;

/** Whether an image counts at a time. */
export const isValidAt = ({ validFrom, validUntil }: ReferenceImage, at: number): boolean =>
  (validFrom === undefined || validFrom <= at) && (validUntil === undefined || at < validUntil);
