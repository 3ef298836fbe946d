import { bufferOf, textOf } from '../hash.ts';
import { readImaEntry } from '../ima/ima-entry.ts';
import { ImaScanner } from '../ima/ima-scanner.ts';
import type { PcrBanks } from '../register.ts';
import { learnRuntime } from '../runtime/runtime-reference.ts';
import type { RuntimeReport } from '../runtime/runtime-report.ts';
import type { ReferenceFields } from './corim-encode.ts';
import type { FileDigest } from './reference-files.ts';

/** What is taken from a device that is known to be good. */
export interface GoldenDevice {
  readonly id: string;
  readonly vendor: string;
  readonly model: string;
  /** The values that its TPM quoted. */
  readonly banks: PcrBanks;
  readonly bootLog?: Uint8Array;
  readonly imaLog?: Uint8Array;
  /** What it said about its kernel, its signature checked. */
  readonly runtime?: RuntimeReport;
}

/**
 * Reference values from a golden device: its registers but those that its measurement list is extended into, every
 * file that was measured, and what its runtime report says. A violation teaches nothing: nobody knows what was in the file.
 *
 * @throws KitenError `attestation/ima-log-…` for a list that cannot be read
 */
export function learnReference({ banks, bootLog, imaLog, runtime, ...name }: GoldenDevice): ReferenceFields {
  const { files, pcrs } = imaLog === undefined ? { files: [], pcrs: new Set<number>() } : measured(imaLog);
  const state = new Map(
    [...banks].map(([id, values]) => [
      id,
      new Map([...values].filter(([pcr]) => !pcrs.has(pcr)).map(([pcr, value]) => [pcr, [value]] as const)),
    ]),
  );
  return {
    ...name,
    states: [state],
    files,
    ...(bootLog === undefined ? {} : { bootLog }),
    ...(imaLog === undefined ? {} : { imaLog }),
    ...(runtime === undefined ? {} : { runtime: learnRuntime(runtime) }),
  };
}

function measured(imaLog: Uint8Array): { files: FileDigest[]; pcrs: Set<number> } {
  const scanner = new ImaScanner(bufferOf(imaLog));
  const files: FileDigest[] = [];
  const pcrs = new Set<number>();
  while (scanner.next()) {
    pcrs.add(scanner.pcr);
    const { violation, hash, digest, name } = readImaEntry(scanner);
    if (violation || hash === undefined || digest === undefined || name === undefined) continue;
    // It is over the registers of one boot, and held against those.
    if (name === 'boot_aggregate') continue;
    files.push({ path: name, hash: plainHash(hash), digest: textOf(digest) });
  }
  return { files, pcrs };
}

/** `ima:sha256` of `d-ngv2` is `sha256` of the file's content. */
export const plainHash = (hash: string): string =>
  hash.startsWith('ima:') ? hash.slice('ima:'.length) : hash;
