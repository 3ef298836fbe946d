import { KitenError } from '@kiten/codec';
import { hashesAgree } from '../hashes-match.ts';
import type { InstalledImage } from '../manifest/ecu-report.ts';
import type { DirectedImage } from './directed-images.ts';

/** What an ECU knows of itself, or its primary of it. */
export interface EcuState {
  readonly hardwareId: string;
  /** The highest release counter of an image that was confirmed there. */
  readonly releaseCounter?: number;
  readonly installed?: InstalledImage;
}

/**
 * Whether an image may be installed on an ECU (Uptane 2.1 §5.4.3.4, steps 3 and 5): it is for its hardware, and no older
 * release than the newest that was confirmed. An image that was tried and rolled back doesn’t count: an update that fails
 * must not bar the way back.
 *
 * @throws KitenError `update/uptane-hardware-mismatch`, `update/uptane-release-rollback`.
 */
export function checkForEcu({ ecu, hardwareId, releaseCounter }: DirectedImage, state: EcuState): void {
  if (hardwareId !== undefined && hardwareId !== state.hardwareId) {
    throw new KitenError(
      'update/uptane-hardware-mismatch',
      `The image is for hardware ${hardwareId}; the ECU ${ecu} is ${state.hardwareId}.`,
      { detail: { ecu, expected: state.hardwareId, found: hardwareId } },
    );
  }
  if (state.releaseCounter === undefined) return;
  if (releaseCounter !== undefined && releaseCounter >= state.releaseCounter) return;
  throw new KitenError(
    'update/uptane-release-rollback',
    `The ECU ${ecu} runs release ${state.releaseCounter} and is to run release ${releaseCounter ?? 'none'}.`,
    { detail: { ecu, installed: state.releaseCounter, assigned: releaseCounter } },
  );
}

/** Whether the ECU runs an image already. */
export function runs({ installed }: EcuState, image: InstalledImage): boolean {
  return (
    installed !== undefined &&
    installed.path === image.path &&
    installed.length === image.length &&
    hashesAgree(installed.hashes, image.hashes)
  );
}
