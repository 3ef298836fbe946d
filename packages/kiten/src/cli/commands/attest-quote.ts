import {
  type AttestProblem,
  checkQuote,
  type QuoteProblem,
  readPcrFile,
  type TpmKey,
} from '@kiten/attestation';
import { ecdsaDerToRaw, KitenError } from '@kiten/codec';
import { decodeAttest, decodeTpmSignature, encodeTpmSignature, tpmHashFunctions } from '@kiten/wire';
import { type Command, Option } from 'commander';
import { banksJson, parseHex, readKeyFile } from '../attest-files.ts';
import { exitCodes } from '../exit-codes.ts';
import { readBytes } from '../files.ts';
import { jsonOf, print, printJson } from '../output.ts';

interface QuoteOptions {
  readonly message: string;
  readonly signature: string;
  readonly key: string;
  readonly pcrs?: string;
  readonly nonce?: Uint8Array;
  readonly hash: string;
  readonly json?: boolean;
}

/** `kiten attest quote`: what `tpm2_quote` writes. */
export function attestQuoteCommand(attest: Command): void {
  attest
    .command('quote')
    .description('verify a quote as tpm2_quote writes it; exits with 1 if it does not hold')
    .requiredOption('--message <file>', 'what was signed (tpm2_quote -m)')
    .requiredOption('--signature <file>', 'its signature (tpm2_quote -s)')
    .requiredOption('--key <file>', 'the attestation key: TPM2B_PUBLIC, PEM or DER')
    .option('--pcrs <file>', 'the values of the registers (tpm2_quote -o)')
    .option('--nonce <hex>', 'what it has to answer; without, a replayed quote holds as well', parseHex)
    .addOption(
      new Option('--hash <name>', 'the hash of a plain signature (tpm2_quote -f plain)')
        .choices(['sha256', 'sha384', 'sha512'])
        .default('sha256'),
    )
    .option('--json', 'print JSON')
    .action(async (options: QuoteOptions) => {
      const key = await readKeyFile(options.key);
      const message = await readBytes(options.message);
      const signature = structured(await readBytes(options.signature), key, options.hash);
      const pcrs = options.pcrs === undefined ? undefined : await readBytes(options.pcrs);
      const selections = selectionsOf(message);
      const banks = pcrs === undefined ? undefined : readPcrFile(pcrs, selections);
      const { problem, attest: said } = checkQuote({ message, signature }, key, options.nonce, banks);
      if (problem !== undefined) process.exitCode = exitCodes.refused;
      const shown = {
        verified: problem === undefined,
        ...(problem === undefined ? {} : { problem, message: problems[problem] }),
        ...(said === undefined ? {} : { attest: jsonOf(said) }),
        ...(banks === undefined ? {} : { pcrs: banksJson(banks) }),
        fresh: problem === undefined && options.nonce !== undefined,
      };
      if (options.json) return printJson(shown);
      if (problem !== undefined) return print(`✖ does not hold: ${problems[problem]} (${problem})`);
      print(
        `● the quote holds${options.nonce === undefined ? ', if it is not an old one: no nonce was given' : ''}`,
      );
      for (const { bank, pcrs: numbers } of selections) print(`  ${bank.name}: PCR ${numbers.join(', ')}`);
      if (said === undefined) return;
      const { resetCount, restartCount, clock } = said.clockInfo;
      print(`  boot ${resetCount}, resumed ${restartCount} times, clock ${clock} ms`);
    });
}

/** What a person is told. */
export const problems: Readonly<Record<QuoteProblem | AttestProblem, string>> = {
  'message-unreadable': 'the message is no TPMS_ATTEST',
  'signature-unreadable': 'the signature is no TPMT_SIGNATURE',
  signature: 'the signature is not by this key over this message',
  'signature-hash': 'the signature is over a SHA-1 digest, which anybody may have forged',
  'signature-scheme': 'the scheme of the signature is not the key’s',
  'key-unrestricted': 'the key signs whatever it is given, so this need not come from the TPM',
  'attest-type': 'the TPM attested to something else than a quote',
  nonce: 'it answers another nonce: it is an old quote or one for somebody else',
  'pcr-digest': 'the register values are not those quoted',
  'pcr-missing': 'a quoted register has no value in the file',
};

function selectionsOf(message: Uint8Array) {
  const { attested } = decodeAttest(message);
  return attested.type === 'quote' ? attested.selections : [];
}

/** `tpm2_quote -f plain` writes the signature alone: for RSA as it is, for ECDSA in DER. */
function structured(bytes: Uint8Array, key: TpmKey, hashName: string): Uint8Array {
  try {
    decodeTpmSignature(bytes);
    return bytes;
  } catch (error) {
    if (!(error instanceof KitenError)) throw error;
  }
  const hash = tpmHashFunctions.find(({ name }) => name === hashName);
  if (hash === undefined) return bytes;
  if (key.kind === 'rsa') {
    const scheme = key.area?.scheme?.algorithm === 0x0016 ? 'rsapss' : 'rsassa';
    return encodeTpmSignature({ scheme, hash, signature: bytes });
  }
  if (bytes[0] !== 0x30) return bytes;
  const raw = ecdsaDerToRaw(bytes, key.coordinateBytes);
  const [r, s] = [raw.subarray(0, key.coordinateBytes), raw.subarray(key.coordinateBytes)];
  return encodeTpmSignature({ scheme: 'ecdsa', hash, r, s });
}
