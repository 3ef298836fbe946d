import { equalBytes, fromHex, KitenError } from '@kiten/codec';
import { type McubootTlv, readTlvs, type TlvName } from './tlv.ts';

const headerBytes = 32;
const magic = 0x96f3b83d;
/** At the end of a slot that is to be swapped in (MCUboot, boot_img_magic). */
const trailerMagic = fromHex('77c295f360d2ef7f3552500f2cb67980');

const flagBits = {
  positionIndependent: 0x1,
  encryptedAes128: 0x4,
  encryptedAes256: 0x8,
  nonBootable: 0x10,
  ramLoad: 0x20,
  romFixed: 0x100,
  compressedLzma1: 0x200,
  compressedLzma2: 0x400,
  compressedArmThumb: 0x800,
} as const;

export type McubootFlag = keyof typeof flagBits;

/** As in `1.2.3+4`. */
export interface McubootVersion {
  readonly major: number;
  readonly minor: number;
  readonly revision: number;
  readonly build: number;
}

/** Another image that has to be there, and in which version at least. */
export interface McubootDependency {
  readonly image: number;
  readonly version: McubootVersion;
}

/** An image as MCUboot starts it (docs/design.md, "Image format"), well-formed; nothing is said about who made it. */
export interface McubootImage {
  readonly loadAddress: number;
  readonly headerBytes: number;
  readonly bodyBytes: number;
  readonly flags: readonly McubootFlag[];
  readonly version: McubootVersion;
  /** What the hash is over: header, body and protected TLVs. */
  readonly hashedBytes: number;
  /** Up to the end of the TLVs, as it takes room in a slot. */
  readonly totalBytes: number;
  /** Whether it is filled up to a whole slot, with the trailer that asks for a swap. */
  readonly padded: boolean;
  readonly protectedTlvs: readonly McubootTlv[];
  readonly tlvs: readonly McubootTlv[];
  /** Against going back, whatever the version says. */
  readonly securityCounter?: number;
  readonly dependencies: readonly McubootDependency[];
}

/** Whether octets begin as an image of MCUboot does. */
export const isMcubootImage = (octets: Uint8Array): boolean =>
  octets.length >= headerBytes && new DataView(octets.buffer, octets.byteOffset).getUint32(0, true) === magic;

/**
 * Reads an image, little-endian as on most microcontrollers.
 *
 * @throws KitenError `update/mcuboot-no-image`, `update/mcuboot-truncated`, `update/mcuboot-malformed`,
 * `update/mcuboot-trailing-bytes`, `update/mcuboot-tlv-malformed`, `update/mcuboot-tlv-unprotected`.
 */
export function decodeMcubootImage(octets: Uint8Array): McubootImage {
  if (!isMcubootImage(octets)) throw refusal('update/mcuboot-no-image', 'This is no image of MCUboot.');
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const [header, protectedSize] = [view.getUint16(8, true), view.getUint16(10, true)];
  const [bodyBytes, flagsWord] = [view.getUint32(12, true), view.getUint32(16, true)];
  if (header < headerBytes) throw malformed(`The header of the image says it has ${header} octets.`);
  const bodyEnd = header + bodyBytes;
  if (bodyEnd + protectedSize > octets.length) {
    throw refusal('update/mcuboot-truncated', 'The image is shorter than its header says.');
  }
  const flags = flagsOf(flagsWord);
  const hashedBytes = bodyEnd + protectedSize;
  const protectedArea = protectedSize === 0 ? undefined : readTlvs(octets, bodyEnd, 'protected');
  if (protectedArea !== undefined && protectedArea.end !== hashedBytes) {
    throw malformed('The protected TLVs have another size than the header says.');
  }
  const protectedTlvs = protectedArea?.tlvs ?? [];
  const { tlvs, end } = readTlvs(octets, hashedBytes, 'unprotected');
  const counter = only(protectedTlvs, 'securityCounter');
  return {
    loadAddress: view.getUint32(4, true),
    headerBytes: header,
    bodyBytes,
    flags,
    version: versionAt(view, 20),
    hashedBytes,
    totalBytes: end,
    padded: isPadded(octets, end),
    protectedTlvs,
    tlvs,
    ...(counter && { securityCounter: counterOf(counter) }),
    dependencies: protectedTlvs.filter(({ name }) => name === 'dependency').map(dependencyOf),
  };
}

/** The TLV with this name if there is one; two are refused, since each reader might take another. */
export function only(tlvs: readonly McubootTlv[], name: TlvName): Uint8Array | undefined {
  const [first, ...others] = tlvs.filter((tlv) => tlv.name === name);
  if (others.length > 0) throw malformed(`The image has the TLV ${name} twice.`);
  return first?.value;
}

export const showMcubootVersion = ({ major, minor, revision, build }: McubootVersion): string =>
  `${major}.${minor}.${revision}${build === 0 ? '' : `+${build}`}`;

/** Negative if the left one is older. The build number counts last. */
export const compareMcubootVersions = (left: McubootVersion, right: McubootVersion): number =>
  left.major - right.major ||
  left.minor - right.minor ||
  left.revision - right.revision ||
  left.build - right.build;

function flagsOf(word: number): readonly McubootFlag[] {
  const names = Object.keys(flagBits) as McubootFlag[];
  const flags = names.filter((name) => (word & flagBits[name]) !== 0);
  const known = names.reduce((bits, name) => bits | flagBits[name], 0);
  if ((word & ~known) !== 0) throw malformed('The image has a flag that is not known here.');
  return flags;
}

function versionAt(view: DataView, at: number): McubootVersion {
  return {
    major: view.getUint8(at),
    minor: view.getUint8(at + 1),
    revision: view.getUint16(at + 2, true),
    build: view.getUint32(at + 4, true),
  };
}

function counterOf(value: Uint8Array): number {
  if (value.length !== 4)
    throw malformed('The security counter of the image has another length than four octets.');
  return new DataView(value.buffer, value.byteOffset).getUint32(0, true);
}

function dependencyOf({ value }: McubootTlv): McubootDependency {
  if (value.length !== 12)
    throw malformed('A dependency of the image has another length than twelve octets.');
  const view = new DataView(value.buffer, value.byteOffset);
  return { image: view.getUint8(0), version: versionAt(view, 4) };
}

/** Behind the TLVs there is nothing, or an erased slot with the trailer at its end. */
function isPadded(octets: Uint8Array, end: number): boolean {
  if (end === octets.length) return false;
  if (equalBytes(octets.subarray(-trailerMagic.length), trailerMagic)) return true;
  throw refusal('update/mcuboot-trailing-bytes', 'The file goes on behind the image.');
}

const refusal = (code: `update/${string}`, message: string) => new KitenError(code, message);

function malformed(message: string): KitenError {
  return refusal('update/mcuboot-malformed', message);
}
