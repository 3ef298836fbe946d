/** Labels of a runtime report in CBOR; docs/attestation.md has its CDDL. */
export const label = {
  version: 0,
  nonce: 1,
  signer: 2,
  boot: 3,
  kernel: 4,
  modules: 5,
  sockets: 6,
  executables: 7,
  credentials: 8,
  events: 9,
  unseen: 10,
} as const;

export const formatVersion = 1;

export const kernelLabel = { release: 1, lockdown: 2, taint: 3, settings: 4 } as const;
export const credentialsLabel = { weak: 1, fingerprints: 2 } as const;
export const eventsLabel = { stream: 1, first: 2, lost: 3, events: 4 } as const;
