import { KitenError } from '@kiten/codec';
import type { EcuReport } from './ecu-report.ts';

/** What is remembered of an ECU’s reports, so that none counts twice. Kept with the vehicle, bounded. */
export interface ReportMemory {
  /** Milliseconds since 1970: no report from before it is taken. */
  readonly time: number;
  readonly counter?: number;
  /** The nonces of reports of that very time. */
  readonly nonces: readonly string[];
}

/** Who can’t tell the time any better has to count its reports. */
const mostNonces = 16;

/**
 * Takes a report that is newer than all before (Uptane 2.1 §5.3.2.1, step 4): its counter is higher, its time no earlier,
 * and its nonce none of those that were said at the same time.
 *
 * @returns what is to be remembered from now on.
 * @throws KitenError `update/uptane-report-replayed`, `update/uptane-report-stale`.
 */
export function rememberReport(report: EcuReport, memory: ReportMemory | undefined): ReportMemory {
  const { ecu, time, counter, nonce } = report;
  if (memory === undefined) {
    return { time, ...(counter !== undefined && { counter }), nonces: nonce === undefined ? [] : [nonce] };
  }
  const hasCounted = memory.counter !== undefined && counter !== undefined;
  if (hasCounted && counter <= memory.counter) throw replayed(ecu, { counter, known: memory.counter });
  // Who has counted once goes on counting: a report without would be one from before.
  if (memory.counter !== undefined && counter === undefined) throw stale(ecu, time, memory.time);
  if (time < memory.time) throw stale(ecu, time, memory.time);
  const known = time === memory.time ? memory.nonces : [];
  if (nonce !== undefined && known.includes(nonce)) throw replayed(ecu, { nonce });
  if (known.length >= mostNonces && !hasCounted) throw stale(ecu, time, memory.time);
  const nonces = nonce === undefined ? known : [...known, nonce].slice(-mostNonces);
  return { time, ...(counter !== undefined && { counter }), nonces };
}

function replayed(ecu: string, detail: Readonly<Record<string, unknown>>): KitenError {
  return new KitenError(
    'update/uptane-report-replayed',
    `This report of the ECU ${ecu} has been here before.`,
    {
      detail: { ecu, ...detail },
    },
  );
}

function stale(ecu: string, time: number, known: number): KitenError {
  return new KitenError(
    'update/uptane-report-stale',
    `This report of the ECU ${ecu} is older than the last one.`,
    {
      detail: { ecu, time, known },
    },
  );
}
