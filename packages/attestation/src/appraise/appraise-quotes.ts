import { equalBytes, KitenError, toHex } from '@kiten/codec';
import { type Attest, decodePublicArea } from '@kiten/wire';
import type { TpmEvidence } from '../evidence/tpm-evidence.ts';
import type { OctetText } from '../hash.ts';
import { keyOfArea, sameKey, type TpmKey } from '../keys/attestation-key.ts';
import {
  type CheckedAttest,
  checkQuote,
  type QuoteProblem,
  type SignedAttest,
} from '../quote/check-quote.ts';
import type { PcrBanks } from '../register.ts';
import type { AttesterState } from './attester-state.ts';
import { type Conclusion, conclude } from './conclusion.ts';

/** What the quotes prove, or why they prove nothing. */
export type AppraisedQuotes =
  | { readonly conclusion: Conclusion; readonly quoted?: undefined }
  | {
      readonly conclusion: Conclusion;
      /** The values of what is quoted, and of nothing else. */
      readonly quoted: PcrBanks;
      readonly attest: Attest;
    };

/** Who quotes, what, and when: nothing else in the evidence is looked at before. */
export function appraiseQuotes(
  evidence: TpmEvidence,
  key: TpmKey,
  nonce: Uint8Array,
  before: AttesterState | undefined,
): AppraisedQuotes {
  const quoted = new Map<number, Map<number, OctetText>>();
  let first: Attest | undefined;
  for (const quote of evidence.quotes) {
    const checked = checkQuote(quote, key, nonce, evidence.banks);
    if (checked.problem !== undefined) {
      return { conclusion: refused(checked, quote, evidence.attester, key) };
    }
    if (first !== undefined && !isSameMoment(first, checked.attest)) {
      return { conclusion: conclude('parts-of-two-boots', 'quote') };
    }
    first ??= checked.attest;
    for (const { bank, pcrs } of checked.attested.selections) {
      const values = quoted.get(bank.id) ?? new Map<number, OctetText>();
      quoted.set(bank.id, values);
      for (const pcr of pcrs) values.set(pcr, evidence.banks.get(bank.id)?.get(pcr) as OctetText);
    }
  }
  if (first === undefined)
    return { conclusion: conclude('evidence-unreadable', 'quote', { problem: 'no quote' }) };
  const { resetCount } = first.clockInfo;
  if (before !== undefined && wentBack(before, first)) {
    const parameters = { boot: resetCount, before: before.resetCount };
    return { conclusion: conclude('clock-stepped-back', 'quote', parameters) };
  }
  return { conclusion: conclude('key-proven', 'quote', { boot: resetCount }), quoted, attest: first };
}

type Refused = Extract<CheckedAttest<'quote', QuoteProblem>, { problem: QuoteProblem }>;

function refused(
  checked: Refused,
  quote: SignedAttest,
  attester: Uint8Array | undefined,
  key: TpmKey,
): Conclusion {
  const { problem, code, attest } = checked;
  switch (problem) {
    case 'message-unreadable':
    case 'signature-unreadable':
      return conclude('evidence-unreadable', 'quote', { problem: code ?? problem });
    case 'signature':
    case 'signature-hash':
    case 'signature-scheme': {
      const other = otherKey(quote, attester, key);
      if (other === undefined) return conclude('quote-signature', 'quote', { problem });
      return conclude('key-of-another', 'quote', { key: toHex(other.name ?? other.publicKey).slice(0, 72) });
    }
    case 'nonce':
      return conclude('quote-replayed', 'quote', {
        nonce: toHex(attest?.extraData ?? new Uint8Array(0)).slice(0, 64),
      });
    case 'attest-type':
    case 'key-unrestricted':
      return conclude('quote-of-other-kind', 'quote', { problem });
    case 'pcr-digest':
    case 'pcr-missing':
      return conclude('pcr-mismatch', 'boot', { problem });
  }
}

/** The key that the device says it has, if it is another one and did sign this. */
function otherKey(quote: SignedAttest, attester: Uint8Array | undefined, key: TpmKey): TpmKey | undefined {
  if (attester === undefined) return undefined;
  try {
    const other = keyOfArea(decodePublicArea(attester));
    if (sameKey(other, key)) return undefined;
    const { problem } = checkQuote(quote, other, undefined);
    return problem === undefined ? other : undefined;
  } catch (error) {
    // What the device says about its key can't be read: then it tells nothing.
    if (error instanceof KitenError) return undefined;
    throw error;
  }
}

/** One boot, and one place in the hierarchy of one TPM. */
const isSameMoment = (one: Attest, other: Attest): boolean =>
  one.clockInfo.resetCount === other.clockInfo.resetCount &&
  one.clockInfo.restartCount === other.clockInfo.restartCount &&
  equalBytes(one.qualifiedSigner, other.qualifiedSigner);

function wentBack(before: AttesterState, { clockInfo }: Attest): boolean {
  const { resetCount, restartCount, clock } = clockInfo;
  if (resetCount !== before.resetCount) return resetCount < before.resetCount;
  return restartCount < before.restartCount || clock < before.clock;
}
