import { KitenError, type Verify } from '@kiten/codec';
import { isSignedBy } from '../freshness/signed-pack.ts';
import type { Sample } from './sampling-tap.ts';

export interface PackSignersParts {
  readonly verify: Verify;
  /** Somebody is to say what a device may sign with: {@link PackSigners.tell}. */
  readonly askKeys: (device: string) => void;
}

interface Known {
  askedAt: number;
  /** DER SubjectPublicKeyInfo. */
  keys: readonly Uint8Array[] | undefined;
}

/** Devices whose keys are known, and packs that wait for keys. */
const mostDevices = 4096;
const mostWaiting = 64;
/** Milliseconds: the keys of a device are not asked for more often. */
const between = 60_000;

/** Finds out whether packs are signed with a key of their device's certificates. */
export class PackSigners {
  readonly #parts: PackSignersParts;
  readonly #known = new Map<string, Known>();
  /** The newest of each device. */
  readonly #waiting = new Map<string, Sample>();

  constructor(parts: PackSignersParts) {
    this.#parts = parts;
  }

  /** @returns `undefined` if the keys are not known yet: {@link tell} gives the pack back when they are */
  check(sample: Sample): boolean | undefined {
    const { device, at } = sample;
    const known = this.#known.get(device);
    if (known?.keys !== undefined && this.#isSigned(sample, known.keys)) return true;
    if (known !== undefined && at - known.askedAt < between)
      return known.keys === undefined ? undefined : false;
    if (known?.keys === undefined && this.#waiting.size < mostWaiting) this.#waiting.set(device, sample);
    // A certificate may have been renewed.
    this.#ask(device, at, known?.keys);
    return known?.keys === undefined ? undefined : false;
  }

  /** @returns the pack of the device that waited for it, and whether one of the keys has signed it */
  tell(device: string, keys: readonly Uint8Array[]): readonly [Sample, boolean] | undefined {
    const known = this.#known.get(device);
    if (known !== undefined) known.keys = keys;
    const sample = this.#waiting.get(device);
    this.#waiting.delete(device);
    return sample === undefined ? undefined : [sample, this.#isSigned(sample, keys)];
  }

  #ask(device: string, at: number, keys: readonly Uint8Array[] | undefined): void {
    const [oldest] = this.#known.keys();
    if (this.#known.size >= mostDevices && oldest !== undefined && !this.#known.has(device))
      this.#known.delete(oldest);
    this.#known.set(device, { askedAt: at, keys });
    this.#parts.askKeys(device);
  }

  #isSigned({ payload }: Sample, keys: readonly Uint8Array[]): boolean {
    try {
      return isSignedBy(payload, this.#parts.verify, keys);
    } catch (error) {
      if (error instanceof KitenError) return false;
      throw error;
    }
  }
}
