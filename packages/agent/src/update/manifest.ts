import { type Signer, toHex } from '@kiten/codec';
import { type EcuReport, type InstalledImage, signReport, signVehicleManifest } from '@kiten/update';
import type { Random } from '../tpm/session.ts';
import type { Image } from './image.ts';

/** What a device runs of which nothing is known: it came with it. */
const unknown: Omit<Image, 'releaseCounter'> = {
  path: 'unknown',
  length: 0,
  // SHA-256 of nothing.
  sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
};

const nonceBytes = 16;

export interface ManifestFields {
  readonly vehicle: string;
  readonly ecu: string;
  readonly image: Image | undefined;
  /** What was refused last, if anything was: a code and a sentence. */
  readonly attack: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export const installedImage = (image: Image | undefined): InstalledImage => {
  const { path, length, sha256 } = image ?? unknown;
  return { path, length, hashes: new Map([['sha256', sha256]]) };
};

/** What the device says of itself: a vehicle of one ECU, which is its primary (Uptane 2.1 §5.4.2.1). */
export function manifestOf(
  { vehicle, ecu, image, attack, now }: ManifestFields,
  signer: Signer,
  random: Random,
): Uint8Array {
  const report: EcuReport = {
    ecu,
    installed: installedImage(image),
    attacksDetected: attack,
    ...{ time: now, previousTime: now },
    nonce: toHex(random(nonceBytes)),
  };
  const reports = new Map([[ecu, signReport(report, signer)]]);
  return signVehicleManifest({ vehicle, primary: ecu, reports }, signer);
}
