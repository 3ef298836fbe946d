import type { TpmHash } from '@kiten/wire';
import { extensionsOf, startOf } from '../event-log/replay-boot-log.ts';
import { explainMismatch, isPartOf } from '../explain-mismatch.ts';
import { hexOf, type OctetText } from '../hash.ts';
import type { ReferenceImage } from '../reference/reference-image.ts';
import type { SharedBootLog } from '../reference/shared-boot-log.ts';
import { type Conclusion, conclude } from './conclusion.ts';

/** A register that the boot log doesn't lead to. */
export interface WrongRegister {
  readonly bank: TpmHash;
  readonly pcr: number;
  readonly value: OctetText;
}

/** Says what was done to the log, as far as it can be told. */
export function bootMismatch(
  { log }: SharedBootLog,
  { bank, pcr, value }: WrongRegister,
  images: readonly ReferenceImage[],
): Conclusion {
  const extensions = extensionsOf(log, bank).get(pcr) ?? [];
  const digests = extensions.map(({ digest }) => digest);
  const mismatch = explainMismatch(digests, startOf(log, pcr, bank), value, bank);
  if (mismatch.kind !== 'unexplained') {
    const event = extensions[mismatch.index]?.event ?? 0;
    return conclude(`boot-log-${mismatch.kind}`, 'boot', { pcr, event });
  }
  const whole = images.find(
    ({ bootLog }) => bootLog !== undefined && leadsTo(bootLog, digests, { bank, pcr, value }),
  );
  if (whole !== undefined) return conclude('boot-log-cut', 'boot', { pcr, reference: whole.name });
  return unexplained({ bank, pcr, value });
}

export const unexplained = ({ bank, pcr, value }: WrongRegister): Conclusion =>
  conclude('pcr-unexplained', 'boot', { pcr, bank: bank.name, value: hexOf(value) });

/** Whether the log of an image leads to the value, and has all that this one has. */
function leadsTo(
  shared: SharedBootLog,
  digests: readonly OctetText[],
  { bank, pcr, value }: WrongRegister,
): boolean {
  if (shared.values(bank)?.get(pcr) !== value) return false;
  const whole = (extensionsOf(shared.log, bank).get(pcr) ?? []).map(({ digest }) => digest);
  return isPartOf(digests, whole);
}
