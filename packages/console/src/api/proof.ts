import { ask, askBytes, devicePath } from './client.ts';

/** A piece of evidence as the site keeps it; what is erased has left its digest. */
export interface EvidenceRecord {
  /** `sha256:…` */
  readonly digest: string;
  readonly mediaType: string;
  readonly receivedAt: number;
  /** The way it came, hop by hop. */
  readonly via: readonly string[];
  /** Bytes. */
  readonly size: number;
  readonly erasedAt?: number;
}

/** What the console asks for to let somebody see for themselves. */
export const proofApi = {
  /** The very bundle that `kiten verdict export` writes. */
  bundle: (id: string) => askBytes('GET', `/verdicts/${encodeURIComponent(id)}/bundle`),
  /** What `kiten verdict trust` writes. */
  trustFile: async () => new TextDecoder().decode(await askBytes('GET', '/trust')),
  async evidence(id: string): Promise<readonly EvidenceRecord[]> {
    const { evidence } = (await ask('GET', `${devicePath(id)}/evidence`)) as {
      evidence: readonly EvidenceRecord[];
    };
    return evidence;
  },
};
