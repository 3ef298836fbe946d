/** A way to a TPM: one command, one response, never two at once. */
export interface TpmTransport {
  /** @throws KitenError `agent/tpm-unreachable` if the TPM is gone */
  exchange(command: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}
