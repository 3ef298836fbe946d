import { isExtended, parseBootLog, replayBootLog } from '@kiten/attestation';
import { toHex } from '@kiten/codec';
import { tpmHashOf } from '@kiten/wire';
import type { Command } from 'commander';
import { banksJson } from '../attest-files.ts';
import { readBytes } from '../files.ts';
import { counted, print, printJson } from '../output.ts';

/** `kiten attest eventlog`: what a boot log says and leads to. */
export function attestEventLogCommand(attest: Command): void {
  attest
    .command('eventlog <file>')
    .description(
      'decode a TCG boot log (binary_bios_measurements) and replay it into the registers of every bank',
    )
    .option('--json', 'print JSON')
    .action(async (file: string, options: { json?: boolean }) => {
      const log = parseBootLog(await readBytes(file));
      const pcrs = banksJson(replayBootLog(log));
      const events = log.events.map((event, index) => ({
        event: index,
        pcr: event.pcr,
        type: event.typeName,
        extended: isExtended(event),
        digests: Object.fromEntries(
          [...event.digests].map(([id, digest]) => [tpmHashOf(id)?.name ?? String(id), toHex(digest)]),
        ),
        data: toHex(event.data),
      }));
      const { format, version, startupLocality, padding } = log;
      const about = { format, ...(version === undefined ? {} : { version }), startupLocality, padding };
      if (options.json) return printJson({ ...about, banks: Object.keys(pcrs), pcrs, events });
      print(
        `${format} log, ${counted(events.length, 'event', 'events')}, banks ${Object.keys(pcrs).join(', ')}`,
      );
      for (const { event, pcr, type, data } of events) {
        print(
          `  ${String(event).padStart(3)}  PCR ${String(pcr).padStart(2)}  ${type}  ${readable(data)}`.trimEnd(),
        );
      }
      printRegisters(pcrs);
    });
}

/** What is text in an event, for a person to recognise it. */
function readable(hex: string): string {
  const text = Buffer.from(hex, 'hex').toString('latin1').replaceAll('\0', '');
  const shown = text.replaceAll(/[^\x20-\x7e]+/g, ' ').trim();
  return shown.length < 4 ? '' : shown.slice(0, 60);
}

export function printRegisters(pcrs: Readonly<Record<string, Readonly<Record<number, string>>>>): void {
  for (const [bank, values] of Object.entries(pcrs)) {
    print();
    print(`${bank}:`);
    for (const [pcr, value] of Object.entries(values)) print(`  ${pcr.padStart(2)}: ${value}`);
  }
}
