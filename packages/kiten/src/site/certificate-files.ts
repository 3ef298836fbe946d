import { readFile } from 'node:fs/promises';
import { decodePem, KitenError } from '@kiten/codec';

/** The first certificate in a PEM file, DER. @throws KitenError `kiten/certificate-missing` */
export async function certificateIn(file: string): Promise<Uint8Array> {
  const found = decodePem(await textOf(file)).find(({ label }) => label === 'CERTIFICATE');
  if (found === undefined)
    throw new KitenError('kiten/certificate-missing', `${file} holds no certificate.`, { detail: { file } });
  return found.der;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new KitenError('kiten/certificate-missing', `The certificate ${file} cannot be read.`, {
      cause,
      detail: { file },
    });
  }
}
