import type { Positioned } from '@kiten/update';
import type { PreparedImage, Slot } from '../image.ts';

/** A slot that is open to be read. */
export interface OpenSlot extends AsyncDisposable {
  readonly file: Positioned;
}

/**
 * Two places for the device’s software, of which it runs from one. Each operation can be done again after it was cut
 * short anywhere, and what it has done is on the disk when it is over.
 */
export interface Installer {
  /** Where the device runs from now; undefined if from neither. */
  running(): Promise<Slot | undefined>;
  /** Undefined where slots cannot be read: then nothing is made from them, and nothing looked at after it was written. */
  open?(slot: Slot): Promise<OpenSlot>;
  /** @throws KitenError `agent/slot-too-small`: nothing has been written then. */
  write(slot: Slot, image: PreparedImage): Promise<void>;
  /** The device starts from there next, and, where its boot loader counts, on trial. Undefined: from neither. */
  activate(slot: Slot | undefined): Promise<void>;
  /** It stays with the slot that it runs from. */
  settle(slot: Slot): Promise<void>;
}
