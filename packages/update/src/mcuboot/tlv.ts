import { KitenError } from '@kiten/codec';

/** Types of TLVs (MCUboot, docs/design.md and bootutil/image.h). */
export const tlvTypes = {
  keyHash: 0x01,
  publicKey: 0x02,
  sha256: 0x10,
  sha384: 0x11,
  sha512: 0x12,
  rsa2048: 0x20,
  ecdsa: 0x22,
  rsa3072: 0x23,
  ed25519: 0x24,
  pureSignature: 0x25,
  encryptedRsa2048: 0x30,
  encryptedKeyWrap: 0x31,
  encryptedEc256: 0x32,
  encryptedX25519: 0x33,
  encryptedX25519Sha512: 0x34,
  dependency: 0x40,
  securityCounter: 0x50,
  bootRecord: 0x60,
} as const;

export type TlvName = keyof typeof tlvTypes;

/** One piece of metadata behind an image. */
export interface McubootTlv {
  readonly type: number;
  /** Undefined for a manufacturer's own, and for those that aren't known here. */
  readonly name: TlvName | undefined;
  readonly value: Uint8Array;
}

/** Those that stand outside the protected area, since they are made from what is protected. */
const unprotectedNames: ReadonlySet<TlvName | undefined> = new Set<TlvName>([
  ...(['keyHash', 'publicKey', 'sha256', 'sha384', 'sha512'] as const),
  ...(['rsa2048', 'ecdsa', 'rsa3072', 'ed25519', 'pureSignature'] as const),
  ...(['encryptedRsa2048', 'encryptedKeyWrap', 'encryptedEc256', 'encryptedX25519'] as const),
  'encryptedX25519Sha512',
]);

const infoBytes = 4;
const headBytes = 4;
const infoMagic = { unprotected: 0x6907, protected: 0x6908 } as const;

export interface TlvArea {
  readonly tlvs: readonly McubootTlv[];
  /** Where the area ends, from the start of the image. */
  readonly end: number;
}

/**
 * Reads one area of TLVs.
 *
 * @throws KitenError `update/mcuboot-tlv-malformed`, or `update/mcuboot-tlv-unprotected` for one that nothing vouches
 * for where it stands.
 */
export function readTlvs(octets: Uint8Array, start: number, area: keyof typeof infoMagic): TlvArea {
  if (start + infoBytes > octets.length) throw malformed(`The ${area} TLVs are missing.`);
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const end = start + view.getUint16(start + 2, true);
  if (view.getUint16(start, true) !== infoMagic[area])
    throw malformed(`The ${area} TLVs do not begin as such.`);
  if (end > octets.length || end < start + infoBytes)
    throw malformed(`The ${area} TLVs go beyond the image.`);
  const tlvs: McubootTlv[] = [];
  let at = start + infoBytes;
  while (at < end) {
    const next = at + headBytes + (at + headBytes > end ? 0 : view.getUint16(at + 2, true));
    if (next > end) throw malformed('A TLV goes beyond its area.');
    const type = view.getUint16(at, true);
    const name = nameOf(type);
    if (area === 'unprotected' && !unprotectedNames.has(name)) {
      throw new KitenError(
        'update/mcuboot-tlv-unprotected',
        'A TLV that the signature has to cover stands outside the protected area.',
        { detail: { type } },
      );
    }
    tlvs.push({ type, name, value: octets.slice(at + headBytes, next) });
    at = next;
  }
  return { tlvs, end };
}

function nameOf(type: number): TlvName | undefined {
  for (const [name, known] of Object.entries(tlvTypes)) if (known === type) return name as TlvName;
  return undefined;
}

function malformed(message: string): KitenError {
  return new KitenError('update/mcuboot-tlv-malformed', message);
}
