import { toHex } from '@kiten/codec';
import { saysKeyOf } from '@kiten/measurement';
import type { StreamRecord } from '../../store/streams.ts';
import { Turns } from '../turns.ts';
import type { StreamBook } from './stream-book.ts';
import type { StreamCommand } from './stream-messages.ts';

export interface SourceKeysParts {
  readonly book: StreamBook;
  /** What its packs may be signed with: the keys of a device's certificates, DER SubjectPublicKeyInfo. */
  readonly keysOf: (device: string) => Promise<readonly Uint8Array[]>;
  readonly send: (command: StreamCommand) => void;
}

/** Tells whoever judges which keys devices sign their packs with. */
export class SourceKeys {
  readonly #parts: SourceKeysParts;
  /** By device, those that were told last. */
  readonly #told = new Map<string, string>();
  readonly #turns = new Turns();

  constructor(parts: SourceKeysParts) {
    this.#parts = parts;
  }

  /** @returns whether they are others than were told before */
  async tell({ device, declaration }: StreamRecord): Promise<boolean> {
    const declared = this.#parts.book.declared(declaration)?.declaration;
    if (declared?.form !== 'pack' || saysKeyOf(declared, device)) return false;
    return this.#tell(device);
  }

  /** Its certificates may be others now: one may have been revoked. */
  async changed(device: string): Promise<void> {
    if (this.#told.has(device)) await this.#tell(device);
  }

  /** One after the other: what was asked for last is told last. */
  #tell(device: string): Promise<boolean> {
    return this.#turns.take(device, async () => {
      const { keysOf, send } = this.#parts;
      const keys = await keysOf(device);
      const before = this.#told.get(device);
      const now = keys.map(toHex).toSorted().join();
      this.#told.set(device, now);
      send({ kind: 'keys', device, keys });
      return now !== before;
    });
  }
}
