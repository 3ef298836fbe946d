import { type CborValue, decodeCbor, encodeCbor, KitenError } from '@kiten/codec';
import { type Atom, isAtom } from './term.ts';

/** How many atoms a statement says at most. */
export const maximumFacts = 128;

/** The largest payload that is read, in bytes: none can be longer within a statement of 4096. */
const maximumPayload = 4096;

/**
 * Atoms as the payload of a statement: one CBOR array in core deterministic encoding.
 *
 * @throws KitenError `trust/facts-count`, `trust/facts-atom`
 */
export function encodeFacts(facts: readonly Atom[]): Uint8Array {
  mustBeFacts(facts);
  return encodeCbor(facts as unknown as CborValue);
}

/**
 * Reads what `encodeFacts` wrote, and nothing else.
 *
 * @throws KitenError `trust/facts-malformed`, `trust/facts-count`, `trust/facts-atom`
 */
export function decodeFacts(payload: Uint8Array): readonly Atom[] {
  const facts = decodeArray(payload);
  mustBeFacts(facts);
  return facts;
}

function decodeArray(payload: Uint8Array): readonly unknown[] {
  let value: CborValue;
  try {
    value = decodeCbor(payload, { maxDepth: 2, maxBytes: maximumPayload });
  } catch (cause) {
    throw malformed(cause);
  }
  if (Array.isArray(value)) return value;
  throw malformed();
}

function mustBeFacts(facts: readonly unknown[]): asserts facts is readonly Atom[] {
  if (facts.length < 1 || facts.length > maximumFacts) {
    throw new KitenError('trust/facts-count', `A statement says 1 to ${maximumFacts} atoms.`, {
      detail: { count: facts.length },
    });
  }
  const index = facts.findIndex((fact) => !isAtom(fact));
  if (index < 0) return;
  throw new KitenError(
    'trust/facts-atom',
    'An atom is a predicate and up to 23 terms: texts of 256 bytes, integers below 2^53, strings of 64 bytes.',
    { detail: { index } },
  );
}

function malformed(cause?: unknown): KitenError {
  return new KitenError('trust/facts-malformed', 'Facts are one array in deterministic CBOR.', { cause });
}
