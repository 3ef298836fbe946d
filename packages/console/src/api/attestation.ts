import { ask, devicePath } from './client.ts';

/** The TPM that speaks for a device. */
export interface Attester {
  /** The name of the key that attests, hexadecimal. */
  readonly attestationKey: string;
  /** SHA-256 of the TPM's endorsement key, hexadecimal. */
  readonly endorsementKey: string;
  /** `vendor NAME`, or why nobody vouches for the TPM. */
  readonly endorsement: string;
  readonly activatedAt: number;
  readonly model?: string;
  readonly lot?: string;
  readonly images: readonly { readonly digest: string; readonly name: string }[];
  readonly last?: { readonly evidence: string; readonly receivedAt: number; readonly nextBefore: number };
}

/** Reference values, and whom they are addressed to. */
export interface Reference {
  readonly digest: string;
  readonly name: string;
  readonly signedBy?: string;
  readonly issuer?: string;
  readonly addedBy: string;
  readonly addedAt: number;
  readonly validUntil?: number;
  readonly states: number;
  readonly files: number;
  readonly targets: readonly string[];
}

/** A vendor whose endorsement of TPMs counts. */
export interface Vendor {
  readonly fingerprint: string;
  readonly name: string;
  readonly subject: string;
  readonly notAfter: number;
  readonly target: string;
}

/** Whose signature on reference values counts. */
export interface ReferenceKey {
  readonly name: string;
  readonly key: string;
  readonly addedAt: number;
}

export interface Challenged {
  readonly connected: boolean;
  readonly deadline?: number;
}

export const attestationApi = {
  /** Undefined for a device without a TPM. */
  async attester(id: string): Promise<Attester | undefined> {
    return ((await ask('GET', `${devicePath(id)}/attester`)) as { attester?: Attester }).attester;
  },
  challenge: (id: string) => ask('POST', `${devicePath(id)}/challenge`) as Promise<Challenged>,
  async references(): Promise<readonly Reference[]> {
    const { references } = (await ask('GET', '/references')) as { references: readonly Reference[] };
    return references;
  },
  async vendors(): Promise<readonly Vendor[]> {
    const { vendors } = (await ask('GET', '/tpm-vendors')) as { vendors: readonly Vendor[] };
    return vendors;
  },
  async keys(): Promise<readonly ReferenceKey[]> {
    const { keys } = (await ask('GET', '/reference-keys')) as { keys: readonly ReferenceKey[] };
    return keys;
  },
};
