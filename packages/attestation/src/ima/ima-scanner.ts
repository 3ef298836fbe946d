import { refusal } from '../hash.ts';

/** The largest measurement list that is read at once, in octets. */
export const maximumImaBytes = 64 << 20;

/** A template that was put together at boot is called by its fields: 15 of 16 characters at most. */
const limits = { name: 256, data: 1 << 20 } as const;

/**
 * Goes through a measurement list of IMA (`binary_runtime_measurements`) entry by entry. Its fields say where the
 * current entry's parts lie: nothing is allocated for an entry.
 *
 * An entry is PCR, template digest, template name, template data, with lengths of the lowest octet first
 * (linux/Documentation/security/IMA-templates; `ima_measurements_show`). The oldest template, `ima`, has no length
 * of its data but lengths of its fields.
 */
export class ImaScanner {
  readonly log: Buffer;
  readonly digestBytes: number;
  /** Where the next entry begins. */
  position: number;
  pcr = 0;
  start = 0;
  nameStart = 0;
  nameEnd = 0;
  dataStart = 0;
  dataEnd = 0;
  /** All zeros for the digest: the file was being written while it was measured. */
  violation = false;
  /** Whether it is of the template `ima`. */
  old = false;

  /** @param digestBytes of a template digest: 20 unless the kernel exported the list of another bank */
  constructor(log: Buffer, position = 0, digestBytes = 20) {
    if (log.length > maximumImaBytes) {
      throw refusal(
        'attestation/ima-log-too-large',
        `At most ${maximumImaBytes} octets of an IMA log are read.`,
      );
    }
    this.log = log;
    this.position = position;
    this.digestBytes = digestBytes;
  }

  get digestStart(): number {
    return this.start + 4;
  }

  /**
   * Moves to the next entry.
   *
   * @returns false at the end of the log
   * @throws KitenError `attestation/ima-log-…` with `detail.offset` of the entry
   */
  next(): boolean {
    const { log, digestBytes } = this;
    const start = this.position;
    if (start === log.length) return false;
    this.start = start;
    const nameAt = start + 8 + digestBytes;
    if (nameAt > log.length) throw this.truncated();
    this.pcr = uint32(log, start);
    if (this.pcr > 31) throw this.malformed('names no PCR');
    let any = 0;
    for (let index = start + 4; index < nameAt - 4; index += 1) any |= log[index]!;
    this.violation = any === 0;
    const nameLength = uint32(log, nameAt - 4);
    if (nameLength === 0 || nameLength > limits.name) throw this.malformed('has no template name');
    const nameEnd = nameAt + nameLength;
    this.nameStart = nameAt;
    this.nameEnd = nameEnd;
    // “ima”
    this.old =
      nameLength === 3 && log[nameAt] === 0x69 && log[nameAt + 1] === 0x6d && log[nameAt + 2] === 0x61;
    this.dataStart = this.old ? nameEnd : nameEnd + 4;
    if (this.dataStart + (this.old ? 24 : 0) > log.length) throw this.truncated();
    const length = this.old ? 24 + uint32(log, nameEnd + 20) : uint32(log, nameEnd);
    if (length > limits.data) throw this.malformed('is longer than any');
    this.dataEnd = this.dataStart + length;
    if (this.dataEnd > log.length) throw this.truncated();
    this.position = this.dataEnd;
    return true;
  }

  get templateName(): string {
    return this.log.toString('latin1', this.nameStart, this.nameEnd);
  }

  malformed(what: string) {
    return refusal('attestation/ima-log-malformed', `An entry of the IMA log ${what}.`, {
      offset: this.start,
    });
  }

  truncated() {
    return refusal('attestation/ima-log-truncated', 'The IMA log ends within an entry.', {
      offset: this.start,
    });
  }
}

export const uint32 = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
