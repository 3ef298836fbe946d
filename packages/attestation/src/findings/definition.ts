import type { ClaimName, FindingDefinition } from '@kiten/trust';

/** The same sentence in English and Japanese. */
export type Said = readonly [en: string, ja: string];

/** A definition, its sentences in pairs. */
export function define(
  word: string,
  claim: ClaimName,
  value: number,
  sentences: { readonly expected: Said; readonly found: Said; readonly remedy: Said },
): FindingDefinition {
  const template = ([en, ja]: Said) => ({ en, ja });
  return {
    code: `attestation/${word}`,
    claim,
    value,
    expected: template(sentences.expected),
    found: template(sentences.found),
    remedy: template(sentences.remedy),
  };
}

export const nothingToDo: Said = [
  'Nothing needs to be done. It holds until the device has to attest again.',
  '対応は不要である。次の証明の期限まで有効である。',
];
