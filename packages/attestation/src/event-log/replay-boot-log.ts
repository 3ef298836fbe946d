import { type TpmHash, tpmHashOf } from '@kiten/wire';
import type { OctetText } from '../hash.ts';
import { initialValue, type PcrBanks, Register } from '../register.ts';
import { noAction } from './event-types.ts';
import type { BootEvent, BootLog } from './parse-boot-log.ts';

/** What a boot log extends into one PCR of a bank, in order. */
export interface Extension {
  /** The number of the event in the log, from 0. */
  readonly event: number;
  readonly digest: OctetText;
}

/** Whether an event is extended: those of type EV_NO_ACTION are not. */
export const isExtended = ({ type }: BootEvent): boolean => type !== noAction;

/** What a log extends, by PCR. An event without a digest for the bank leaves its PCR out: it has no value then. */
export function extensionsOf(log: BootLog, bank: TpmHash): ReadonlyMap<number, readonly Extension[]> {
  const extensions = new Map<number, Extension[]>();
  const unknown = new Set<number>();
  for (const [index, event] of log.events.entries()) {
    if (!isExtended(event)) continue;
    const digest = event.digests.get(bank.id);
    if (digest === undefined) unknown.add(event.pcr);
    else {
      const list = extensions.get(event.pcr) ?? [];
      list.push({ event: index, digest: digest.toString('latin1') });
      extensions.set(event.pcr, list);
    }
  }
  for (const pcr of unknown) extensions.delete(pcr);
  return extensions;
}

/** What a PCR holds before the first event: PCR 0 the locality of the start in its last octet (PFP 1.06, 10.4.5.3). */
export function startOf(log: BootLog, pcr: number, bank: TpmHash): OctetText {
  if (pcr === 0) return '\0'.repeat(bank.bytes - 1) + String.fromCharCode(log.startupLocality);
  // A log of a dynamic launch begins with its registers reset.
  return initialValue(0, bank);
}

/** The values that a log leads to in one bank, for every PCR that it extends. */
export function replayBank(log: BootLog, bank: TpmHash): ReadonlyMap<number, OctetText> {
  const registers = new Map<number, Register>();
  const unknown = new Set<number>();
  for (const event of log.events) {
    if (!isExtended(event)) continue;
    const { pcr } = event;
    const start = event.digestStart(bank.id);
    if (start === undefined) {
      unknown.add(pcr);
      continue;
    }
    let register = registers.get(pcr);
    if (register === undefined) {
      register = new Register(bank, startOf(log, pcr, bank));
      registers.set(pcr, register);
    }
    register.extendFrom(log.bytes, start);
  }
  for (const pcr of unknown) registers.delete(pcr);
  return new Map([...registers].map(([pcr, { value }]) => [pcr, value]));
}

/** The values of all its banks whose hash function is known here. */
export function replayBootLog(log: BootLog): PcrBanks {
  const banks = new Map<number, ReadonlyMap<number, OctetText>>();
  for (const id of log.banks) {
    const bank = tpmHashOf(id);
    if (bank !== undefined) banks.set(id, replayBank(log, bank));
  }
  return banks;
}
