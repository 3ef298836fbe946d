import {
  type AttesterState,
  type ChallengeMessage,
  type ReferenceImage,
  usualRegisters,
} from '@kiten/attestation';
import { tpmAlgorithm } from '@kiten/wire';

/** The registers to quote: the usual ones, and all that the reference values name. */
export function challengedRegisters(images: readonly ReferenceImage[]): ChallengeMessage['pcrs'] {
  const named = (bank: number) =>
    images.flatMap(({ states }) => states.flatMap((state) => [...(state.get(bank)?.keys() ?? [])]));
  const sha384 = named(tpmAlgorithm.sha384);
  return {
    sha256: ascending([...usualRegisters, ...named(tpmAlgorithm.sha256)]),
    ...(sha384.length === 0 ? {} : { sha384: ascending([...usualRegisters, ...sha384]) }),
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
