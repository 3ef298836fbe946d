import { concatBytes } from '@kiten/codec';
import { TpmWriter } from '@kiten/wire';
import { emptyPassword, isTpmRefusal, type Tpm } from './tpm.ts';

/** No TPM answers with less at once (TPM_PT_NV_BUFFER_MAX of every implementation known). */
const chunkBytes = 512;
const maximumIndexBytes = 8192;

/** The contents of an NV index that anybody may read, or undefined if there is none. @throws KitenError `agent/tpm-refused` */
export async function readNv(tpm: Tpm, index: number): Promise<Uint8Array | undefined> {
  const size = await nvSize(tpm, index);
  if (size === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  for (let offset = 0; offset < size; offset += chunkBytes) {
    const parameters = new TpmWriter()
      .uint16(Math.min(chunkBytes, size - offset))
      .uint16(offset)
      .result();
    const request = { handles: [index, index], authorizations: [emptyPassword], parameters };
    chunks.push((await tpm.command('nvRead', request, (reader) => reader.sized(chunkBytes))).value);
  }
  return concatBytes(...chunks);
}

/** TPMS_NV_PUBLIC (TPM 2.0 Library, Part 2, 13.6) ends with the size. */
async function nvSize(tpm: Tpm, index: number): Promise<number | undefined> {
  try {
    const { value } = await tpm.command('nvReadPublic', { handles: [index] }, (reader) => {
      const size = reader.nested((area) => {
        area.uint32();
        area.hash();
        area.uint32();
        area.sized(64);
        return area.uint16();
      });
      reader.sized(66);
      return size;
    });
    return Math.min(value, maximumIndexBytes);
  } catch (error) {
    if (isTpmRefusal(error, 'TPM_RC_HANDLE')) return undefined;
    throw error;
  }
}
