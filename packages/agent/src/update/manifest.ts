import { algorithmOf, type Signer, toHex } from '@kiten/codec';
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

/** The key that a manifest is signed with: that of the device’s certificate, wherever it lives. */
export interface ManifestKey extends Pick<Signer, 'algorithm' | 'publicKey'> {
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** What the device says of itself: a vehicle of one ECU, which is its primary (Uptane 2.1 §5.4.2.1). */
export async function manifestOf(
  { vehicle, ecu, image, attack, now }: ManifestFields,
  key: ManifestKey,
  random: Random,
): Promise<Uint8Array> {
  const report: EcuReport = {
    ecu,
    installed: installedImage(image),
    attacksDetected: attack,
    ...{ time: now, previousTime: now },
    nonce: toHex(random(nonceBytes)),
  };
  const signed = await signedBy(key, (signer) => signReport(report, signer));
  const reports = new Map([[ecu, signed]]);
  return signedBy(key, (signer) => signVehicleManifest({ vehicle, primary: ecu, reports }, signer));
}

/** A key in hardware takes its time: what is to be signed is written once to know it, and once with the signature. */
async function signedBy<Value>(key: ManifestKey, write: (signer: Signer) => Value): Promise<Value> {
  const { algorithm, publicKey } = key;
  let message = new Uint8Array(0);
  const note = (data: Uint8Array) => {
    message = Uint8Array.from(data);
    return new Uint8Array(algorithmOf(algorithm).signatureBytes ?? 0).fill(1);
  };
  write({ algorithm, publicKey, sign: note });
  const signature = await key.sign(message);
  return write({ algorithm, publicKey, sign: () => signature });
}
