import type { TpmHash } from './algorithm.ts';
import { type PcrSelection, readPcrSelections, writePcrSelections } from './pcr-selection.ts';
import type { TpmReader } from './reader.ts';
import type { TpmWriter } from './writer.ts';

/** TPMS_CLOCK_INFO (Part 2, 10.11.1). */
export interface ClockInfo {
  /** Milliseconds that the TPM has been powered, never set back but by clearing it. */
  readonly clock: bigint;
  /** Grows with each reset: with each boot. */
  readonly resetCount: number;
  /** Grows with each resumption, and starts anew with a reset. */
  readonly restartCount: number;
  /** Whether no greater value of the clock can have been reported before. */
  readonly safe: boolean;
}

/** TPMU_ATTEST (Part 2, 10.12.11) under TPMI_ST_ATTEST: what was attested. */
export type Attested =
  | { readonly type: 'quote'; readonly selections: readonly PcrSelection[]; readonly pcrDigest: Uint8Array }
  | { readonly type: 'certify'; readonly name: Uint8Array; readonly qualifiedName: Uint8Array }
  | { readonly type: 'creation'; readonly objectName: Uint8Array; readonly creationHash: Uint8Array }
  | {
      readonly type: 'command-audit';
      readonly auditCounter: bigint;
      readonly hash: TpmHash;
      readonly auditDigest: Uint8Array;
      readonly commandDigest: Uint8Array;
    }
  | { readonly type: 'session-audit'; readonly exclusive: boolean; readonly sessionDigest: Uint8Array }
  | { readonly type: 'time'; readonly time: bigint; readonly clockInfo: ClockInfo; readonly firmware: bigint }
  | {
      readonly type: 'nv';
      readonly indexName: Uint8Array;
      readonly offset: number;
      readonly contents: Uint8Array;
    }
  | { readonly type: 'nv-digest'; readonly indexName: Uint8Array; readonly nvDigest: Uint8Array };

export type AttestType = Attested['type'];

/** TPM_ST (Part 2, 6.9). */
export const attestTags: Readonly<Record<AttestType, number>> = {
  nv: 0x8014,
  'command-audit': 0x8015,
  'session-audit': 0x8016,
  certify: 0x8017,
  quote: 0x8018,
  time: 0x8019,
  creation: 0x801a,
  'nv-digest': 0x801c,
};

/** TPM2B_DIGEST, TPM2B_NAME (identifier and digest, or a handle) and TPM2B_MAX_NV_BUFFER. */
const maximum = { digest: 64, name: 66, nv: 2048 } as const;

export function readClockInfo(reader: TpmReader): ClockInfo {
  const clock = reader.uint64();
  const resetCount = reader.uint32();
  return { clock, resetCount, restartCount: reader.uint32(), safe: reader.boolean() };
}

export function writeClockInfo(writer: TpmWriter, info: ClockInfo): void {
  writer.uint64(info.clock).uint32(info.resetCount).uint32(info.restartCount).boolean(info.safe);
}

export function readAttested(type: AttestType, reader: TpmReader): Attested {
  switch (type) {
    case 'quote': {
      const selections = readPcrSelections(reader);
      return { type, selections, pcrDigest: reader.sized(maximum.digest) };
    }
    case 'certify': {
      const name = reader.sized(maximum.name);
      return { type, name, qualifiedName: reader.sized(maximum.name) };
    }
    case 'creation': {
      const objectName = reader.sized(maximum.name);
      return { type, objectName, creationHash: reader.sized(maximum.digest) };
    }
    case 'command-audit': {
      const auditCounter = reader.uint64();
      const hash = reader.hash();
      const auditDigest = reader.sized(maximum.digest);
      return { type, auditCounter, hash, auditDigest, commandDigest: reader.sized(maximum.digest) };
    }
    case 'session-audit': {
      const exclusive = reader.boolean();
      return { type, exclusive, sessionDigest: reader.sized(maximum.digest) };
    }
    case 'time': {
      const time = reader.uint64();
      const clockInfo = readClockInfo(reader);
      return { type, time, clockInfo, firmware: reader.uint64() };
    }
    case 'nv': {
      const indexName = reader.sized(maximum.name);
      const offset = reader.uint16();
      return { type, indexName, offset, contents: reader.sized(maximum.nv) };
    }
    case 'nv-digest': {
      const indexName = reader.sized(maximum.name);
      return { type, indexName, nvDigest: reader.sized(maximum.digest) };
    }
  }
}

export function writeAttested(writer: TpmWriter, attested: Attested): void {
  const { digest, name, nv } = maximum;
  switch (attested.type) {
    case 'quote':
      writePcrSelections(writer, attested.selections);
      writer.sized(attested.pcrDigest, digest);
      return;
    case 'certify':
      writer.sized(attested.name, name).sized(attested.qualifiedName, name);
      return;
    case 'creation':
      writer.sized(attested.objectName, name).sized(attested.creationHash, digest);
      return;
    case 'command-audit':
      writer.uint64(attested.auditCounter).uint16(attested.hash.id);
      writer.sized(attested.auditDigest, digest).sized(attested.commandDigest, digest);
      return;
    case 'session-audit':
      writer.boolean(attested.exclusive).sized(attested.sessionDigest, digest);
      return;
    case 'time':
      writer.uint64(attested.time);
      writeClockInfo(writer, attested.clockInfo);
      writer.uint64(attested.firmware);
      return;
    case 'nv':
      writer.sized(attested.indexName, name).uint16(attested.offset).sized(attested.contents, nv);
      return;
    case 'nv-digest':
      writer.sized(attested.indexName, name).sized(attested.nvDigest, digest);
  }
}
