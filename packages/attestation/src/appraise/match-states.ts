import { tpmHashOf } from '@kiten/wire';
import type { PcrState, ReferenceImage } from '../reference/reference-image.ts';
import type { PcrBanks } from '../register.ts';
import type { WrongRegister } from './boot-mismatch.ts';

/** How quoted registers stand to reference values. */
export type StateMatch =
  | { readonly kind: 'none' }
  | { readonly kind: 'approved'; readonly image: ReferenceImage; readonly state: PcrState }
  /** The first register that differs from the state that comes closest. */
  | { readonly kind: 'differs'; readonly image: ReferenceImage; readonly register: WrongRegister };

/**
 * Looks for a state whose registers all have an acceptable value. Every bank of a state that is quoted counts, one at
 * least; of a bank that counts, every register of the state has to be quoted, or leaving one out would hide it.
 *
 * @param apart PCRs that a measurement list accounts for
 */
export function matchStates(
  quoted: PcrBanks,
  images: readonly ReferenceImage[],
  apart: ReadonlySet<number>,
): StateMatch {
  let closest: (StateMatch & { kind: 'differs' }) | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const image of images) {
    for (const state of image.states) {
      const wrong = wrongRegisters(quoted, state, apart);
      if (wrong === undefined) continue;
      const [register] = wrong;
      if (register === undefined) return { kind: 'approved', image, state };
      if (wrong.length >= fewest) continue;
      fewest = wrong.length;
      closest = { kind: 'differs', image, register };
    }
  }
  return closest ?? { kind: 'none' };
}

/** Undefined if the state says nothing about any bank that is quoted. */
function wrongRegisters(
  quoted: PcrBanks,
  state: PcrState,
  apart: ReadonlySet<number>,
): WrongRegister[] | undefined {
  const wrong: WrongRegister[] = [];
  let compared = false;
  for (const [id, registers] of state) {
    const bank = tpmHashOf(id);
    const values = quoted.get(id);
    if (values === undefined || bank === undefined) continue;
    for (const [pcr, acceptable] of registers) {
      if (apart.has(pcr)) continue;
      compared = true;
      const value = values.get(pcr) ?? '';
      if (!acceptable.includes(value)) wrong.push({ bank, pcr, value });
    }
  }
  return compared ? wrong : undefined;
}
