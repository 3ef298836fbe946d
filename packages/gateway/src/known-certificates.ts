import type { Certificate } from '@kiten/codec';

/** Those of devices that come and go; a fleet's worth is not kept, since reading one takes less than its handshake. */
const most = 1_024;

/**
 * Certificates that were let in, by their fingerprint, so that they need not be taken apart each time. What they are worth
 * is judged anew each time all the same.
 */
export class KnownCertificates {
  readonly #byFingerprint = new Map<string, Certificate>();

  get(fingerprint: string): Certificate | undefined {
    return this.#byFingerprint.get(fingerprint);
  }

  /** Keeps one, in place of the one that was kept longest if there is no more room. */
  keep(fingerprint: string, certificate: Certificate): void {
    if (this.#byFingerprint.has(fingerprint)) return;
    const [oldest] = this.#byFingerprint.size < most ? [] : this.#byFingerprint.keys();
    if (oldest !== undefined) this.#byFingerprint.delete(oldest);
    this.#byFingerprint.set(fingerprint, certificate);
  }
}
