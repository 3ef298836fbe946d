import { tpmAlgorithm } from '@kiten/wire';
import { bufferOf, refusal } from '../hash.ts';
import { eventTypeName, noAction } from './event-types.ts';
import { LittleEndianReader } from './little-endian.ts';
import { logFormat, readSpecificationId } from './specification-id.ts';

/** One event of a boot log. Octets are views of the log. */
export interface BootEvent {
  readonly pcr: number;
  readonly type: number;
  readonly typeName: string;
  /** By TPM_ALG_ID. */
  readonly digests: ReadonlyMap<number, Buffer>;
  /** What the firmware says it measured. Nothing vouches for it but a digest that is over it. */
  readonly data: Buffer;
  /** Where its digest for a bank begins in the log; undefined if it has none. */
  digestStart(bank: number): number | undefined;
}

/** A boot log (`binary_bios_measurements`), TCG PC Client Platform Firmware Profile 1.06, 10. */
export interface BootLog {
  /** `legacy`: SHA-1 digests alone, as for TPM 1.2. */
  readonly format: 'agile' | 'legacy';
  readonly version?: string;
  readonly bytes: Buffer;
  /** TPM_ALG_IDs of the banks that it has digests for. */
  readonly banks: readonly number[];
  /** All events, the one that announces the format too. */
  readonly events: readonly BootEvent[];
  /** The locality that started the TPM: PCR 0 begins with it (10.4.5.3). */
  readonly startupLocality: number;
  /** Octets of zeros or ones behind the last event, where firmware gave more room than it used. */
  readonly padding: number;
}

const limits = { bytes: 4 << 20, events: 16_384, digests: 16 } as const;
const maximumPcr = 31;

/**
 * Parses a boot log, crypto-agile or legacy. Sizes and counts are bounded, every event has digests of announced
 * banks, each once.
 *
 * @throws KitenError `attestation/boot-log-…` with `detail.offset` or the number of the event
 */
export function parseBootLog(bytes: Uint8Array): BootLog {
  if (bytes.length > limits.bytes) {
    throw refusal('attestation/boot-log-too-large', `A boot log takes at most ${limits.bytes} octets.`);
  }
  const log = bufferOf(bytes);
  const reader = new LittleEndianReader(log);
  if (reader.left === 0) throw refusal('attestation/boot-log-empty', 'The boot log is empty.');
  const first = readLegacyEvent(reader, log);
  const announced = first.type === noAction && first.pcr === 0 ? logFormat(first.data) : undefined;
  if (announced !== 'agile')
    return finish({ format: 'legacy', banks: [tpmAlgorithm.sha1] }, first, reader, log);
  const { version, digestBytes } = readSpecificationId(first.data);
  return finish(
    { format: 'agile', version, banks: [...digestBytes.keys()] },
    first,
    reader,
    log,
    digestBytes,
  );
}

function finish(
  about: Pick<BootLog, 'format' | 'version' | 'banks'>,
  first: BootEvent,
  reader: LittleEndianReader,
  log: Buffer,
  digestBytes?: ReadonlyMap<number, number>,
): BootLog {
  const events = [first];
  const filler = fillerStart(log);
  while (reader.left > 0 && reader.position < filler) {
    if (events.length === limits.events) {
      throw refusal('attestation/boot-log-too-long', `A boot log has at most ${limits.events} events.`);
    }
    events.push(
      digestBytes === undefined ? readLegacyEvent(reader, log) : readAgileEvent(reader, log, digestBytes),
    );
  }
  return { ...about, bytes: log, events, startupLocality: startupLocality(events), padding: reader.left };
}

const sha1Bytes: ReadonlyMap<number, number> = new Map([[tpmAlgorithm.sha1, 20]]);

/** TCG_PCClientPCREvent (10.2.1). */
function readLegacyEvent(reader: LittleEndianReader, log: Buffer): BootEvent {
  const { pcr, type } = readHead(reader);
  const starts = [tpmAlgorithm.sha1, reader.skip(20)];
  const length = reader.uint32();
  return new LoggedEvent(log, pcr, type, starts, sha1Bytes, reader.skip(length), length);
}

/** TCG_PCR_EVENT2 (10.2.2). */
function readAgileEvent(
  reader: LittleEndianReader,
  log: Buffer,
  digestBytes: ReadonlyMap<number, number>,
): BootEvent {
  const { pcr, type } = readHead(reader);
  const offset = reader.position;
  const count = reader.uint32();
  if (count > limits.digests) throw digestsWrong(offset);
  const starts = new Array<number>(count * 2).fill(-1);
  for (let index = 0; index < count; index += 1) {
    const algorithm = reader.uint16();
    const bytes = digestBytes.get(algorithm);
    if (bytes === undefined || indexOf(starts, algorithm) >= 0) throw digestsWrong(offset);
    starts[index * 2] = algorithm;
    starts[index * 2 + 1] = reader.skip(bytes);
  }
  const length = reader.uint32();
  return new LoggedEvent(log, pcr, type, starts, digestBytes, reader.skip(length), length);
}

/** Most logs are only replayed: what an event holds is looked at in the log, once somebody asks. */
class LoggedEvent implements BootEvent {
  readonly pcr: number;
  readonly type: number;
  readonly #log: Buffer;
  /** Of each digest, its hash and where it begins. */
  readonly #starts: readonly number[];
  readonly #digestBytes: ReadonlyMap<number, number>;
  readonly #dataStart: number;
  readonly #dataLength: number;

  constructor(
    log: Buffer,
    pcr: number,
    type: number,
    starts: readonly number[],
    digestBytes: ReadonlyMap<number, number>,
    dataStart: number,
    dataLength: number,
  ) {
    this.pcr = pcr;
    this.type = type;
    this.#log = log;
    this.#starts = starts;
    this.#digestBytes = digestBytes;
    this.#dataStart = dataStart;
    this.#dataLength = dataLength;
  }

  get typeName(): string {
    return eventTypeName(this.type);
  }

  get digests(): ReadonlyMap<number, Buffer> {
    const digests = new Map<number, Buffer>();
    for (let index = 0; index < this.#starts.length; index += 2) {
      const algorithm = this.#starts[index]!;
      const start = this.#starts[index + 1]!;
      digests.set(algorithm, this.#log.subarray(start, start + this.#digestBytes.get(algorithm)!));
    }
    return digests;
  }

  get data(): Buffer {
    return this.#log.subarray(this.#dataStart, this.#dataStart + this.#dataLength);
  }

  digestStart(bank: number): number | undefined {
    const index = indexOf(this.#starts, bank);
    return index < 0 ? undefined : this.#starts[index + 1];
  }
}

function indexOf(starts: readonly number[], algorithm: number): number {
  for (let index = 0; index < starts.length; index += 2) if (starts[index] === algorithm) return index;
  return -1;
}

function readHead(reader: LittleEndianReader): { pcr: number; type: number } {
  const offset = reader.position;
  const pcr = reader.uint32();
  const type = reader.uint32();
  // Events that are extended nowhere may name no PCR at all.
  if (pcr > maximumPcr && type !== noAction) {
    throw refusal('attestation/boot-log-pcr', `There is no PCR ${pcr}.`, { offset });
  }
  return { pcr, type };
}

const digestsWrong = (offset: number) =>
  refusal('attestation/boot-log-digests', 'An event has digests of announced banks, each at most once.', {
    offset,
  });

/** Where the zeros or ones begin that the log ends with; its end if it ends with neither. No event begins so. */
function fillerStart(log: Buffer): number {
  const filler = log.at(-1);
  if (filler !== 0 && filler !== 0xff) return log.length;
  let start = log.length;
  while (start > 0 && log[start - 1] === filler) start -= 1;
  return start;
}

const localitySignature = 'StartupLocality\0';
const localities: ReadonlySet<number> = new Set([0, 3, 4]);

/** It says so once, before anything is extended into PCR 0. */
function startupLocality(events: readonly BootEvent[]): number {
  let found: number | undefined;
  let extended = false;
  for (const { pcr, type, data } of events) {
    if (pcr !== 0) continue;
    if (type !== noAction) extended = true;
    else if (data.toString('latin1', 0, localitySignature.length) === localitySignature) {
      const locality = data[localitySignature.length];
      if (found !== undefined || extended || data.length !== 17 || !localities.has(locality!)) {
        throw refusal(
          'attestation/boot-log-locality',
          'The boot log names the locality of the start once, before PCR 0 is extended: 0, 3 or 4.',
        );
      }
      found = locality!;
    }
  }
  return found ?? 0;
}
