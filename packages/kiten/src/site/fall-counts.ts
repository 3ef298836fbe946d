import type { Cause } from './held-fall.ts';

/** Which devices fell for which cause, and when last: what a brake goes by. */
export class FallCounts {
  readonly #byCause = new Map<string, Map<string, number>>();

  note({ code, appraiser }: Cause, device: string, at: number): void {
    const key = `${appraiser} ${code}`;
    const devices = this.#byCause.get(key);
    if (devices === undefined) this.#byCause.set(key, new Map([[device, at]]));
    else devices.set(device, at);
  }

  /** Devices that fell for it after that time. */
  *since({ code, appraiser }: Cause, after: number): Generator<string> {
    for (const [device, at] of this.#byCause.get(`${appraiser} ${code}`) ?? []) if (at > after) yield device;
  }

  /** Lets go of what no window reaches back to. */
  forget(before: number): void {
    for (const [key, devices] of this.#byCause) {
      for (const [device, at] of devices) if (at < before) devices.delete(device);
      if (devices.size === 0) this.#byCause.delete(key);
    }
  }
}
