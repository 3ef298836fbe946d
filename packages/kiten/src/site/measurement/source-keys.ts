import { toHex } from '@kiten/codec';
import type { StreamRecord } from '../../store/streams.ts';
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

  constructor(parts: SourceKeysParts) {
    this.#parts = parts;
  }

  /** @returns whether they are others than were told before */
  async tell({ device, declaration }: StreamRecord): Promise<boolean> {
    const { book, keysOf, send } = this.#parts;
    const { form, key } = book.declared(declaration)?.declaration ?? {};
    if (form !== 'pack' || key !== undefined) return false;
    const keys = await keysOf(device);
    const before = this.#told.get(device);
    const now = keys.map(toHex).toSorted().join();
    this.#told.set(device, now);
    send({ kind: 'keys', device, keys });
    return now !== before;
  }
}
