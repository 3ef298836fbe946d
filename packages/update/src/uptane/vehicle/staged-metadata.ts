import type { KeptMetadata } from '../../tuf/client/metadata-directory.ts';

/**
 * What was trusted before, and on top of it what has been accepted in this update and is not kept yet. An update of a
 * vehicle is judged as a whole: what its two repositories say is kept when they agree, and nothing of it before.
 */
export class StagedMetadata implements KeptMetadata {
  readonly #kept: KeptMetadata;
  readonly #staged = new Map<string, Uint8Array | undefined>();

  constructor(kept: KeptMetadata) {
    this.#kept = kept;
  }

  async read(role: string, maxBytes: number): Promise<Uint8Array | undefined> {
    if (!this.#staged.has(role)) return this.#kept.read(role, maxBytes);
    const bytes = this.#staged.get(role);
    return bytes !== undefined && bytes.length > maxBytes ? undefined : bytes;
  }

  async write(role: string, bytes: Uint8Array): Promise<void> {
    this.#stage(role, bytes);
  }

  async remove(role: string): Promise<void> {
    this.#stage(role, undefined);
  }

  /** Keeps all of it, in the order in which it was accepted: cut short anywhere, what is kept still leads on. */
  async commit(): Promise<void> {
    for (const [role, bytes] of this.#staged) {
      if (bytes === undefined) await this.#kept.remove(role);
      else await this.#kept.write(role, bytes);
    }
    this.#staged.clear();
  }

  #stage(role: string, bytes: Uint8Array | undefined): void {
    this.#staged.delete(role);
    this.#staged.set(role, bytes);
  }
}
