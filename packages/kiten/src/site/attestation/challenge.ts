import type { AttesterState, ChallengeMessage, ReferenceImage } from '@kiten/attestation';
import { tpmAlgorithm } from '@kiten/wire';

/** Firmware, boot loader, kernel, IMA, and what shim keeps (TCG PC Client Platform Firmware Profile 1.06, 3.3.4). */
const usual = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14];

/** The registers to quote: the usual ones, and all that the reference values name. */
export function challengedRegisters(images: readonly ReferenceImage[]): ChallengeMessage['pcrs'] {
  const named = (bank: number) =>
    images.flatMap(({ states }) => states.flatMap((state) => [...(state.get(bank)?.keys() ?? [])]));
  const sha384 = named(tpmAlgorithm.sha384);
  return {
    sha256: ascending([...usual, ...named(tpmAlgorithm.sha256)]),
    ...(sha384.length === 0 ? {} : { sha384: ascending([...usual, ...sha384]) }),
  };
}

/** How far a device's measurement list is known, if all banks know the same of it. */
export function knownList(state: AttesterState | undefined): ChallengeMessage['ima'] {
  if (state === undefined) return null;
  const offsets = new Set([...state.ima.values()].map(({ offset }) => offset));
  const [offset = 0] = offsets;
  return { offset: offsets.size === 1 ? offset : 0, resetCount: state.resetCount };
}

const ascending = (pcrs: readonly number[]): readonly number[] =>
  [...new Set(pcrs)].filter((pcr) => pcr < 24).toSorted((left, right) => left - right);
