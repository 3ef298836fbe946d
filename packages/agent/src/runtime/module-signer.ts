import { execFile } from 'node:child_process';
import { gunzip, zstdDecompress } from 'node:zlib';
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
 * the signature when it loaded the module; this names its maker. A module is signed before it is compressed.
 *
 * @param name of the file: what is compressed is unpacked, with `xz` by the program of that name
 * @returns undefined if it is not signed, or cannot be unpacked here
 */
export async function moduleSigner(name: string, bytes: Buffer): Promise<string | undefined> {
  const module = await unpacked(name, bytes);
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

type Unpacking = (error: Error | null, unpacked: Buffer) => void;

/** Undefined for what is not what the file's name promises, or is larger than any module. */
function unpacked(name: string, bytes: Buffer): Promise<Buffer | undefined> {
  if (name.endsWith('.ko')) return Promise.resolve(bytes);
  const options = { maxOutputLength: maximumModule };
  return new Promise((resolve) => {
    const done: Unpacking = (error, module) => resolve(error === null ? module : undefined);
    if (name.endsWith('.ko.gz')) gunzip(bytes, options, done);
    else if (name.endsWith('.ko.zst')) zstdDecompress(bytes, options, done);
    else if (name.endsWith('.ko.xz')) unpackXz(bytes, done);
    else resolve(undefined);
  });
}

/** Not looked for elsewhere: the agent runs as root. */
const path = '/usr/bin:/bin';
const patience = 10_000;

function unpackXz(bytes: Buffer, done: Unpacking): void {
  const options = {
    encoding: 'buffer',
    maxBuffer: maximumModule,
    timeout: patience,
    env: { PATH: path },
  } as const;
  const xz = execFile('xz', ['-dc'], options, (error, module) => done(error, module));
  // It ends before it has read all if that is no xz.
  xz.stdin?.on('error', () => undefined);
  xz.stdin?.end(bytes);
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
