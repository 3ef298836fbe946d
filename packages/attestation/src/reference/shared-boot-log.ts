import { type BootLog, parseBootLog } from '../event-log/parse-boot-log.ts';
import { replayBootLog } from '../event-log/replay-boot-log.ts';
import { bufferOf } from '../hash.ts';
import type { PcrBanks } from '../register.ts';

/** A boot log with what it leads to. Of an image it is kept once, for all devices that boot the same. */
export class SharedBootLog {
  readonly bytes: Buffer;
  readonly log: BootLog;
  readonly banks: PcrBanks;

  /** @throws KitenError `attestation/boot-log-…` */
  constructor(bytes: Uint8Array) {
    this.bytes = bufferOf(bytes);
    this.log = parseBootLog(bytes);
    this.banks = replayBootLog(this.log);
  }

  isSame(bytes: Uint8Array): boolean {
    return this.bytes.equals(bytes);
  }
}
