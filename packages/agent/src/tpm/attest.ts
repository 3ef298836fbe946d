import { type PcrSelection, type TpmReader, TpmWriter, tpmAlgorithm, writePcrSelections } from '@kiten/wire';
import { emptyPassword, type Tpm } from './tpm.ts';

/** What a TPM says, and its key's signature over it. */
export interface SignedStatement {
  /** TPMS_ATTEST. */
  readonly message: Uint8Array;
  /** TPMT_SIGNATURE. */
  readonly signature: Uint8Array;
}

const maximum = { nonce: 64, attest: 2304 } as const;

/**
 * Signs what the selected PCRs hold (TPM 2.0 Library, Part 3, 18.4), in the scheme of the key.
 *
 * @param nonce 64 octets at most
 */
export function quote(
  tpm: Tpm,
  key: number,
  nonce: Uint8Array,
  selections: readonly PcrSelection[],
): Promise<SignedStatement> {
  const writer = new TpmWriter().sized(nonce, maximum.nonce).uint16(tpmAlgorithm.null);
  writePcrSelections(writer, selections);
  return signed(tpm, 'quote', [key], writer.result());
}

/** Says that a key is in this TPM (Part 3, 18.2). */
export function certify(tpm: Tpm, object: number, key: number, nonce: Uint8Array): Promise<SignedStatement> {
  const parameters = new TpmWriter().sized(nonce, maximum.nonce).uint16(tpmAlgorithm.null).result();
  return signed(tpm, 'certify', [object, key], parameters);
}

async function signed(
  tpm: Tpm,
  command: 'quote' | 'certify',
  handles: readonly number[],
  parameters: Uint8Array,
): Promise<SignedStatement> {
  const request = { handles, authorizations: handles.map(() => emptyPassword), parameters };
  const read = (reader: TpmReader) => ({ message: reader.sized(maximum.attest), signature: reader.rest() });
  return (await tpm.command(command, request, read)).value;
}
