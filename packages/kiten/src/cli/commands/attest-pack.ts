import {
  coveredLength,
  encodeTpmEvidence,
  imaFromAscii,
  isAsciiIma,
  type PcrBanks,
  readPcrFile,
  type SignedAttest,
  type SignedReport,
} from '@kiten/attestation';
import { decodeUtf8, KitenError } from '@kiten/codec';
import { decodeAttest, decodeSizedPublicArea, encodePublicArea } from '@kiten/wire';
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
      const quotes = await readQuotes(options);
      const attester = options.attester === undefined ? undefined : await readBytes(options.attester);
      const bootLog = options.eventlog === undefined ? undefined : await readBytes(options.eventlog);
      const list = options.ima === undefined ? undefined : await readList(options.ima);
      const entries = options.imaOffset === 0 && list !== undefined ? covered(list, quotes.banks) : list;
      const runtime = await readReport(options);
      const evidence = encodeTpmEvidence({
        ...quotes,
        ...(attester === undefined ? {} : { attester: encodePublicArea(decodeSizedPublicArea(attester)) }),
        ...(bootLog === undefined ? {} : { bootLog }),
        ...(entries === undefined ? {} : { ima: { offset: options.imaOffset, entries } }),
        ...(runtime === undefined ? {} : { runtime }),
      });
      await writeBytes(options.out, evidence);
      if (options.json) printJson({ file: options.out, bytes: evidence.length });
      else print(`${options.out}: ${counted(evidence.length, 'byte', 'bytes')}`);
    });
}

/** Without what the kernel measured after the quote; all of it, if it doesn't lead there: that is for the verifier to find. */
const covered = (list: Uint8Array, banks: PcrBanks): Uint8Array =>
  list.subarray(0, coveredLength(list, banks));

async function readReport({ report, reportSignature }: PackOptions): Promise<SignedReport | undefined> {
  if (report === undefined && reportSignature === undefined) return undefined;
  if (report === undefined || reportSignature === undefined) {
    throw new KitenError('kiten/attest-files', 'A runtime report and its signature go together.');
  }
  return { report: await readBytes(report), signature: await readBytes(reportSignature) };
}

async function readList(file: string): Promise<Uint8Array> {
  const bytes = await readBytes(file);
  return isAsciiIma(bytes) ? imaFromAscii(decodeUtf8(bytes)) : bytes;
}

async function readQuotes({
  message,
  signature,
  pcrs,
}: PackOptions): Promise<{ quotes: SignedAttest[]; banks: PcrBanks }> {
  if (message.length !== signature.length || message.length !== pcrs.length) {
    throw new KitenError('kiten/attest-files', 'Give as many signatures and register files as messages.');
  }
  const quotes: SignedAttest[] = [];
  const banks = new Map<number, Map<number, string>>();
  for (const [index, file] of message.entries()) {
    const quote = { message: await readBytes(file), signature: await readBytes(signature[index] ?? '') };
    quotes.push(quote);
    const { attested } = decodeAttest(quote.message);
    const selections = attested.type === 'quote' ? attested.selections : [];
    for (const [id, values] of readPcrFile(await readBytes(pcrs[index] ?? ''), selections)) {
      banks.set(id, new Map([...(banks.get(id) ?? []), ...values]));
    }
  }
  return { quotes, banks };
}
