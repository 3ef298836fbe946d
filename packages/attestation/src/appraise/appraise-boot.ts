import { attempt, KitenError } from '@kiten/codec';
import { tpmHashOf } from '@kiten/wire';
import { extensionsOf } from '../event-log/replay-boot-log.ts';
import { hexOf } from '../hash.ts';
import type { ReferenceImage } from '../reference/reference-image.ts';
import { SharedBootLog } from '../reference/shared-boot-log.ts';
import { initialValue, type PcrBanks } from '../register.ts';
import { bootMismatch, unexplained, type WrongRegister } from './boot-mismatch.ts';
import { type Conclusion, conclude } from './conclusion.ts';
import { matchStates } from './match-states.ts';

export interface AppraisedBoot {
  readonly conclusion: Conclusion;
  /** The image that approves what booted. */
  readonly approvedBy?: ReferenceImage;
}

/** Registers that code of the platform's firmware is measured into (PFP 1.06, 2.3.4). */
const firmwareRegisters: ReadonlySet<number> = new Set([0, 2]);

/**
 * What was booted: every quoted register follows from the boot log, holds what it began with, or is approved by a
 * reference value; and a reference state approves all.
 *
 * @param apart PCRs that a measurement list accounts for
 */
export function appraiseBoot(
  quoted: PcrBanks,
  bytes: Uint8Array | undefined,
  images: readonly ReferenceImage[],
  apart: ReadonlySet<number>,
): AppraisedBoot {
  const shared = bytes === undefined ? undefined : readBootLog(bytes, images);
  if (shared instanceof KitenError) {
    return { conclusion: conclude('boot-log-unreadable', 'boot', { problem: shared.code }) };
  }
  const { wrong, open } = compare(quoted, shared, apart);
  if (wrong !== undefined && shared !== undefined) return { conclusion: bootMismatch(shared, wrong, images) };
  const match = matchStates(quoted, images, apart);
  if (match.kind === 'approved') {
    const stranger = open.find(({ bank, pcr }) => !match.state.get(bank.id)?.has(pcr));
    if (stranger !== undefined) return { conclusion: unexplained(stranger) };
    return {
      conclusion: conclude('boot-approved', 'boot', { reference: match.image.name }),
      approvedBy: match.image,
    };
  }
  if (open[0] !== undefined) return { conclusion: unexplained(open[0]) };
  if (match.kind === 'none') return { conclusion: conclude('boot-unjudged', 'boot') };
  return { conclusion: unapproved(match.register, match.image, shared) };
}

/** The log of an image is parsed and replayed already. */
function readBootLog(bytes: Uint8Array, images: readonly ReferenceImage[]): SharedBootLog | KitenError {
  const known = images.find(({ bootLog }) => bootLog?.isSame(bytes));
  return known?.bootLog ?? attempt(() => new SharedBootLog(bytes));
}

/** The first register that the log contradicts, and those that it says nothing about although they were extended. */
function compare(
  quoted: PcrBanks,
  shared: SharedBootLog | undefined,
  apart: ReadonlySet<number>,
): { wrong?: WrongRegister; open: WrongRegister[] } {
  const open: WrongRegister[] = [];
  for (const [id, values] of quoted) {
    const bank = tpmHashOf(id);
    if (bank === undefined) continue;
    const replayed = shared?.values(bank);
    for (const [pcr, value] of values) {
      if (apart.has(pcr)) continue;
      const expected = replayed?.get(pcr);
      if (expected === value) continue;
      if (expected !== undefined) return { wrong: { bank, pcr, value }, open };
      if (value !== initialValue(pcr, bank)) open.push({ bank, pcr, value });
    }
  }
  return { open };
}

function unapproved(
  register: WrongRegister,
  image: ReferenceImage,
  shared: SharedBootLog | undefined,
): Conclusion {
  const { pcr, bank, value } = register;
  const parameters = {
    pcr,
    bank: bank.name,
    value: value === '' ? '–' : hexOf(value),
    reference: image.name,
  };
  if (firmwareRegisters.has(pcr)) return conclude('firmware-unapproved', 'boot', parameters);
  return conclude('boot-unapproved', 'boot', {
    ...parameters,
    event: firstDifference(register, image, shared),
  });
}

/** The first event of the register that is not as in the image's own log. */
function firstDifference(
  { pcr, bank }: WrongRegister,
  { bootLog }: ReferenceImage,
  shared: SharedBootLog | undefined,
): string {
  if (shared === undefined || bootLog === undefined) return '–';
  const expected = extensionsOf(bootLog.log, bank).get(pcr) ?? [];
  const found = extensionsOf(shared.log, bank).get(pcr) ?? [];
  const index = found.findIndex(({ digest }, place) => digest !== expected[place]?.digest);
  const event = found[index]?.event;
  return event === undefined ? '–' : `${shared.log.events[event]?.typeName ?? ''} (${event})`;
}
