import { fromBase64, fromHex } from '@kiten/codec';
import { ask, askBytes } from './client.ts';
import type { LogEntry } from './types.ts';

export interface LogProof {
  readonly index: number;
  readonly foundBy: 'index' | 'statement' | 'leaf' | 'evidence';
  readonly entry: Uint8Array;
  readonly path: readonly Uint8Array[];
  readonly checkpoint: string;
  /** The entry as the site reads it. */
  readonly read: LogEntry;
}

export interface AskedWitness {
  readonly name: string;
  readonly url: string;
  readonly size: number;
  readonly cosignedAt?: number;
  readonly problem?: string;
}

export interface LogPage {
  readonly size: number;
  readonly entries: readonly LogEntry[];
}

export const logApi = {
  checkpoint: async () => new TextDecoder().decode(await askBytes('GET', '/log/checkpoint')),
  async witnesses(): Promise<readonly AskedWitness[]> {
    const { witnesses } = (await ask('GET', '/log/witnesses')) as { witnesses: readonly AskedWitness[] };
    return witnesses;
  },
  /** So many entries from an index on; without one, the last. */
  page: (from: number | undefined, count: number) =>
    ask(
      'GET',
      from === undefined ? `/log/entries?last=${count}` : `/log/entries?from=${from}&count=${count}`,
    ) as Promise<LogPage>,
  async proof(of: string): Promise<LogProof> {
    const { entry, path, ...rest } = (await ask('GET', `/log/proof?of=${encodeURIComponent(of)}`)) as Omit<
      LogProof,
      'entry' | 'path'
    > & { entry: string; path: readonly string[] };
    return { ...rest, entry: fromBase64(entry), path: path.map(fromHex) };
  },
};
