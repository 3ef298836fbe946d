import {
  appraiseTpmEvidence,
  decodeRuntimeReport,
  type GoldenDevice,
  type TpmEvidence,
  type TpmKey,
} from '@kiten/attestation';
import { KitenError } from '@kiten/codec';
import { tierOf } from '@kiten/trust';
import { findingRegistry } from '../site/appraisal.ts';

/** What a golden device's reference values are for, or what it simply does not teach. */
const teaches: ReadonlySet<string> = new Set([
  'attestation/pcr-unexplained',
  'attestation/kernel-module-foreign',
  'attestation/kernel-module-unsigned',
  'attestation/kernel-patched',
  'attestation/runtime-unseen',
]);

/**
 * What may be learnt from evidence: only what its TPM vouches for, logs that lead to what it quotes. Without reference
 * values everything else is open, so that a conclusion against the device is one against its evidence.
 *
 * @throws KitenError `kiten/golden-device` with the first finding against it
 */
export function appraiseGolden(
  evidence: TpmEvidence,
  key: TpmKey,
  nonce: Uint8Array,
): Pick<GoldenDevice, 'banks' | 'bootLog' | 'imaLog' | 'runtime'> {
  const { conclusions } = appraiseTpmEvidence(evidence, { key, nonce, images: [] });
  const against = conclusions.find(({ code }) => {
    const tier = tierOf(findingRegistry.get(code)?.value ?? 0);
    return (tier === 'warning' || tier === 'contraindicated') && !teaches.has(code);
  });
  const { quotes: _, banks, bootLog, ima, runtime } = evidence;
  if (against !== undefined) {
    const { found } = findingRegistry.sentence(against, 'en');
    throw new KitenError(
      'kiten/golden-device',
      `Nothing is learnt from this evidence: ${found} (${against.code})`,
    );
  }
  if (ima !== undefined && ima.offset !== 0) {
    throw new KitenError(
      'kiten/golden-device',
      'Nothing is learnt from this evidence: give the whole measurement list.',
    );
  }
  return {
    banks,
    ...(bootLog === undefined ? {} : { bootLog }),
    ...(ima === undefined ? {} : { imaLog: ima.entries }),
    ...(runtime === undefined ? {} : { runtime: decodeRuntimeReport(runtime.report) }),
  };
}
