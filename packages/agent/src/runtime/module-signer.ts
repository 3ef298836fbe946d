import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { contextConstructed, DerReader, derTag, KitenError } from '@kiten/codec';

/** What stands at the very end of a signed module (kernel documentation, module-signing). */
const magic = Buffer.from('~Module signature appended~\n');
/** struct module_signature: algorithm, hash, kind, lengths, padding, and the length of the signature. */
const headerBytes = 12;
const pkcs7 = 2;
const maximumModule = 64 << 20;
const maximumSignature = 1 << 16;
const commonName = '2.5.4.3';

/**
 * Who signed a module: the common name of the certificate's issuer, as the signature points to it. The kernel has checked
 * the signature when it loaded the module; this names its maker.
 *
 * @param name of the file: a compressed module is unpacked, but for xz, which there is nothing for here
 */
export function moduleSigner(name: string, bytes: Buffer): string | undefined {
  const module = unpacked(name, bytes);
  if (module === undefined || !module.subarray(-magic.length).equals(magic)) return undefined;
  const header = module.subarray(-magic.length - headerBytes, -magic.length);
  const length = header.length === headerBytes ? header.readUInt32BE(8) : 0;
  const end = module.length - magic.length - headerBytes;
  if (header[2] !== pkcs7 || length === 0 || length > Math.min(end, maximumSignature)) return undefined;
  try {
    return readSigner(new DerReader(module.subarray(end - length, end)));
  } catch (error) {
    // A signature that cannot be read names nobody: the kernel judged it when it loaded the module.
    if (error instanceof KitenError) return undefined;
    throw error;
  }
}

function unpacked(name: string, bytes: Buffer): Buffer | undefined {
  const options = { maxOutputLength: maximumModule };
  try {
    if (name.endsWith('.gz')) return gunzipSync(bytes, options);
    if (name.endsWith('.zst')) return zstdDecompressSync(bytes, options);
  } catch (error) {
    // What the file's name promises is not in it.
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
  return name.endsWith('.ko') ? bytes : undefined;
}

/** ContentInfo, SignedData, and in it the first signer's issuer (RFC 5652 §5). */
function readSigner(reader: DerReader): string | undefined {
  const info = reader.sequence();
  info.objectIdentifier();
  const data = info.constructed(contextConstructed(0)).sequence();
  data.any();
  data.any();
  data.any();
  while (data.peek() !== derTag.set) data.any();
  const signer = data.set().sequence();
  signer.any();
  const issuer = signer.sequence().sequence();
  while (!issuer.done) {
    const attributes = issuer.set();
    while (!attributes.done) {
      const attribute = attributes.sequence();
      if (attribute.objectIdentifier() === commonName) return attribute.text().slice(0, 200);
      attribute.any();
    }
  }
  return undefined;
}
