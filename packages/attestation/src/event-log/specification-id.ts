import { tpmHashOf } from '@kiten/wire';
import { refusal } from '../hash.ts';
import { LittleEndianReader } from './little-endian.ts';

/** TCG_EfiSpecIDEvent (PFP 1.06, 10.4.5.1): what a boot log says about itself. */
export interface SpecificationId {
  readonly version: string;
  /** Digests of each event: TPM_ALG_ID to octets. */
  readonly digestBytes: ReadonlyMap<number, number>;
}

const agileSignature = 'Spec ID Event03\0';
const legacySignatures: ReadonlySet<string> = new Set(['Spec ID Event00\0', 'Spec ID Event02\0']);
const maximumAlgorithms = 16;

/** Whether the data of a log's first event announces a crypto-agile log, or a legacy one; neither if it is no such event. */
export function logFormat(data: Buffer): 'agile' | 'legacy' | undefined {
  const signature = data.toString('latin1', 0, 16);
  if (signature === agileSignature) return 'agile';
  return legacySignatures.has(signature) ? 'legacy' : undefined;
}

/** @throws KitenError `attestation/boot-log-…` */
export function readSpecificationId(data: Buffer): SpecificationId {
  const reader = new LittleEndianReader(data, 16);
  reader.uint32();
  const [minor, major, errata] = [reader.uint8(), reader.uint8(), reader.uint8()];
  reader.uint8();
  const count = reader.uint32();
  if (count < 1 || count > maximumAlgorithms) throw malformed(`It announces ${count} hash functions.`);
  const digestBytes = new Map<number, number>();
  for (let index = 0; index < count; index += 1) {
    const algorithm = reader.uint16();
    const bytes = reader.uint16();
    if (digestBytes.has(algorithm)) throw malformed('It announces a hash function twice.');
    const known = tpmHashOf(algorithm);
    if (bytes < 1 || bytes > 64 || (known !== undefined && known.bytes !== bytes)) {
      throw malformed('It announces a digest of a wrong length.');
    }
    digestBytes.set(algorithm, bytes);
  }
  reader.octets(reader.uint8());
  if (reader.left !== 0) throw malformed('It goes on behind the vendor’s information.');
  return { version: `${major}.${minor}.${errata}`, digestBytes };
}

const malformed = (message: string) =>
  refusal('attestation/boot-log-specification', `The first event of the boot log is malformed. ${message}`);
