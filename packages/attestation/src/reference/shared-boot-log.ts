import type { TpmHash } from '@kiten/wire';
import { type BootLog, parseBootLog } from '../event-log/parse-boot-log.ts';
import { replayBank } from '../event-log/replay-boot-log.ts';
import { bufferOf } from '../hash.ts';
import type { PcrValues } from '../register.ts';

/** A boot log with what it leads to. Of an image it is kept once, for all devices that boot the same. */
export class SharedBootLog {
  readonly bytes: Buffer;
  readonly log: BootLog;
  readonly #banks = new Map<number, PcrValues>();

  /** @throws KitenError `attestation/boot-log-…` */
  constructor(bytes: Uint8Array) {
    this.bytes = bufferOf(bytes);
    this.log = parseBootLog(bytes);
  }

  /** What it leads to in a bank that it has digests for; undefined for another. Replayed once somebody asks. */
  values(bank: TpmHash): PcrValues | undefined {
    const known = this.#banks.get(bank.id);
    if (known !== undefined || !this.log.banks.includes(bank.id)) return known;
    const values = replayBank(this.log, bank);
    this.#banks.set(bank.id, values);
    return values;
  }

  isSame(bytes: Uint8Array): boolean {
    return this.bytes.equals(bytes);
  }
}
