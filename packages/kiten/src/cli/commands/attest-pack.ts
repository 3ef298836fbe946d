import { encodeTpmEvidence, packEvidence } from '@kiten/attestation';
import type { Command } from 'commander';
import { readBytes, writeBytes } from '../files.ts';
import { parseWhole } from '../options.ts';
import { counted, print, printJson } from '../output.ts';

interface PackOptions {
  readonly message: readonly string[];
  readonly signature: readonly string[];
  readonly pcrs: readonly string[];
  readonly attester?: string;
  readonly eventlog?: string;
  readonly ima?: string;
  readonly imaOffset: number;
  readonly report?: string;
  readonly reportSignature?: string;
  readonly out: string;
  readonly json?: boolean;
}

/** `kiten attest pack`: what tpm2-tools and the kernel write, as one piece of evidence. */
export function attestPackCommand(attest: Command): void {
  attest
    .command('pack')
    .description('put quotes of tpm2_quote and the kernel’s logs together as evidence')
    .requiredOption('--message <file...>', 'what was signed (tpm2_quote -m)')
    .requiredOption('--signature <file...>', 'the signatures (tpm2_quote -s), in the same order')
    .requiredOption('--pcrs <file...>', 'the values of the registers (tpm2_quote -o), in the same order')
    .option('--attester <file>', 'the attestation key, TPM2B_PUBLIC (tpm2_createak -u)')
    .option('--eventlog <file>', 'the boot log (binary_bios_measurements)')
    .option('--ima <file>', 'the measurement list (binary_runtime_measurements), or what is new of it')
    .option('--ima-offset <octets>', 'where in the whole list it begins', parseWhole, 0)
    .option('--report <file>', 'the runtime report, as the agent writes it')
    .option('--report-signature <file>', 'its signature (tpm2_sign -f tss -o)')
    .requiredOption('--out <file>', 'where to')
    .option('--json', 'print JSON')
    .action(async (options: PackOptions) => {
      const all = (files: readonly string[]) => Promise.all(files.map(readBytes));
      const one = async (file: string | undefined) => (file === undefined ? undefined : readBytes(file));
      const [attester, eventlog, ima, report, reportSignature] = await Promise.all(
        [options.attester, options.eventlog, options.ima, options.report, options.reportSignature].map(one),
      );
      const evidence = encodeTpmEvidence(
        packEvidence({
          message: await all(options.message),
          signature: await all(options.signature),
          pcrs: await all(options.pcrs),
          imaOffset: options.imaOffset,
          ...(attester === undefined ? {} : { attester }),
          ...(eventlog === undefined ? {} : { eventlog }),
          ...(ima === undefined ? {} : { ima }),
          ...(report === undefined ? {} : { report }),
          ...(reportSignature === undefined ? {} : { reportSignature }),
        }),
      );
      await writeBytes(options.out, evidence);
      if (options.json) printJson({ file: options.out, bytes: evidence.length });
      else print(`${options.out}: ${counted(evidence.length, 'byte', 'bytes')}`);
    });
}
