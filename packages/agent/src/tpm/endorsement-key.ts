import { encodePublicArea, type PublicArea } from '@kiten/wire';
import { listHandles } from './capabilities.ts';
import { type EndorsementSlot, endorsementSlots, type TpmKeyKind } from './key-template.ts';
import { readNv } from './nv.ts';
import { createPrimary, type TpmObject } from './object.ts';
import { type Tpm, tpmHierarchy } from './tpm.ts';

/** An endorsement key as its TPM keeps it. */
export interface EndorsementKey {
  readonly slot: EndorsementSlot;
  /** DER, perhaps padded to the index's size; undefined for a TPM whose maker certified none. */
  readonly certificate: Uint8Array | undefined;
  /** TPMT_PUBLIC to create it from. */
  readonly template: Uint8Array;
}

/**
 * The endorsement keys that the maker certified, in the order of the profile; the standard one without a certificate if
 * there is none (TCG EK Credential Profile 2.5, 2.2.1.4).
 */
export async function endorsementKeys(tpm: Tpm, kind?: TpmKeyKind): Promise<readonly EndorsementKey[]> {
  const slots = endorsementSlots.filter((slot) => kind === undefined || slot.kind === kind);
  const found: EndorsementKey[] = [];
  for (const slot of slots) {
    const certificate = await readNv(tpm, slot.certificate);
    if (certificate !== undefined) found.push({ slot, certificate, template: await templateOf(tpm, slot) });
  }
  if (found.length > 0) return found;
  const [slot] = slots as [EndorsementSlot, ...EndorsementSlot[]];
  return [{ slot, certificate: undefined, template: await templateOf(tpm, slot) }];
}

export const createEndorsementKey = (tpm: Tpm, key: EndorsementKey): Promise<TpmObject> =>
  createPrimary(tpm, tpmHierarchy.endorsement, key.template);

async function templateOf(tpm: Tpm, slot: EndorsementSlot): Promise<Uint8Array> {
  const own = await readNv(tpm, slot.template);
  if (own !== undefined) return own;
  const nonce = slot.nonce === undefined ? undefined : await readNv(tpm, slot.nonce);
  return encodePublicArea(nonce === undefined ? slot.standard : withNonce(slot.standard, nonce));
}

/** The nonce is the beginning of what makes the key unique. */
function withNonce(area: PublicArea, nonce: Uint8Array): PublicArea {
  const filled = (empty: Uint8Array): Uint8Array => {
    const whole = new Uint8Array(empty.length);
    whole.set(nonce.subarray(0, empty.length));
    return whole;
  };
  return area.type === 'rsa' ? { ...area, modulus: filled(area.modulus) } : { ...area, x: filled(area.x) };
}

/** Indices of the certificates between the endorsement key's and its vendor's (ibid., 2.2.1.5.2). */
const chain = { first: 0x01c0_0100, last: 0x01c0_01ff } as const;

/** The certificates of the issuers that the TPM keeps, DER, one behind another. */
export async function endorsementChain(tpm: Tpm): Promise<readonly Uint8Array[]> {
  const indices = await listHandles(tpm, chain.first);
  const contents: Uint8Array[] = [];
  for (const index of indices.filter((each) => each <= chain.last)) {
    const octets = await readNv(tpm, index);
    if (octets !== undefined) contents.push(octets);
  }
  return contents.flatMap(derItems);
}

/** DER sequences in a row, up to the padding. */
function derItems(octets: Uint8Array): readonly Uint8Array[] {
  const items: Uint8Array[] = [];
  let at = 0;
  // A certificate is longer than 255 octets and shorter than 65,536: its length has two octets.
  while (octets[at] === 0x30 && octets[at + 1] === 0x82 && at + 4 <= octets.length) {
    const end = at + 4 + octets[at + 2]! * 256 + octets[at + 3]!;
    if (end > octets.length) break;
    items.push(octets.subarray(at, end));
    at = end;
  }
  return items;
}
