import { type CborValue, decodeCbor, encodeCbor, KitenError } from '@kiten/codec';
import { type Bundle, bundleLimits } from './bundle.ts';
import { bundleValue } from './bundle-value.ts';
import { readBundle } from './read-bundle.ts';
import { mustBeTight } from './tight-bundle.ts';

/**
 * A bundle as core deterministic CBOR (docs/verdict-bundle.md, The bundle). Equal bundles give equal bytes.
 *
 * @throws KitenError `trust/bundle-malformed`; `trust/bundle-idle` if there is something in it that it does not use, or
 *   has twice; `trust/bundle-too-large`; and what `readUnverifiedFacts` throws for one of its statements
 */
export function encodeBundle(bundle: Bundle): Uint8Array {
  const value = bundleValue(bundle);
  // What is written is held against the layout by the same code as what is read.
  mustBeTight(readBundle(value));
  const bytes = encodeCbor(value);
  mustFit(bytes);
  return bytes;
}

/**
 * Reads what `encodeBundle` wrote, and nothing else. Whether what it says is true is for a checker to find.
 *
 * @throws KitenError `trust/bundle-version`, and what `encodeBundle` throws
 */
export function decodeBundle(bytes: Uint8Array): Bundle {
  mustFit(bytes);
  const bundle = readBundle(decodeArray(bytes));
  mustBeTight(bundle);
  return bundle;
}

function decodeArray(bytes: Uint8Array): CborValue {
  try {
    return decodeCbor(bytes, { maxDepth: 4 });
  } catch (cause) {
    throw new KitenError('trust/bundle-malformed', 'A bundle is one array in deterministic CBOR.', { cause });
  }
}

function mustFit(bytes: Uint8Array): void {
  if (bytes.length <= bundleLimits.bytes) return;
  throw new KitenError(
    'trust/bundle-too-large',
    `A verdict bundle takes at most ${bundleLimits.bytes} bytes.`,
    {
      detail: { bytes: bytes.length },
    },
  );
}
