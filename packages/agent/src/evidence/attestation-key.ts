import { fromHex, KitenError, toHex } from '@kiten/codec';
import type { StateDirectory } from '../state/state-directory.ts';
import { attestationKeyTemplate, type TpmKeyKind } from '../tpm/key-template.ts';
import { createPrimary, type TpmObject } from '../tpm/object.ts';
import type { Random } from '../tpm/session.ts';
import { type Tpm, tpmHierarchy } from '../tpm/tpm.ts';

const file = 'attestation-key.json';
const uniqueBytes = 32;

/** What an attestation key is made from, again after each boot: the TPM keeps nothing of it. */
export interface AttestationKeySeed {
  readonly kind: TpmKeyKind;
  /** No secret: it only tells this device's key from others that the TPM could make. */
  readonly unique: Uint8Array;
}

/** The seed as it was stored, or undefined. @throws KitenError `agent/state-malformed` */
export async function storedSeed(state: StateDirectory): Promise<AttestationKeySeed | undefined> {
  const text = await state.read(file);
  if (text === undefined) return undefined;
  const { kind, unique } = parse(text.toString('utf8'));
  if ((kind !== 'ecc' && kind !== 'rsa') || typeof unique !== 'string' || !/^[0-9a-f]{64}$/.test(unique)) {
    throw malformed();
  }
  return { kind, unique: fromHex(unique) };
}

/** A new seed, stored: from now on this device attests by another key. */
export async function newSeed(
  state: StateDirectory,
  kind: TpmKeyKind,
  random: Random,
): Promise<AttestationKeySeed> {
  const seed = { kind, unique: random(uniqueBytes) };
  await state.write(file, `${JSON.stringify({ kind, unique: toHex(seed.unique) })}\n`);
  return seed;
}

export const createAttestationKey = (tpm: Tpm, { kind, unique }: AttestationKeySeed): Promise<TpmObject> =>
  createPrimary(tpm, tpmHierarchy.endorsement, attestationKeyTemplate(kind, unique));

function parse(text: string): { readonly kind?: unknown; readonly unique?: unknown } {
  try {
    return Object(JSON.parse(text));
  } catch (cause) {
    if (cause instanceof SyntaxError) throw malformed();
    throw cause;
  }
}

const malformed = () =>
  new KitenError(
    'agent/state-malformed',
    `${file} in the state directory is not what the agent wrote there.`,
  );
