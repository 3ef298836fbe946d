import { decodeUtf8 } from '@kiten/codec';
import { nodeVerify } from '@kiten/identity';
import { claimNames, type EarClaims, tierOf, verifyEar, verifyEarCwt } from '@kiten/trust';
import type { Command } from 'commander';
import { readVerificationKey } from '../attest-files.ts';
import { readBytes } from '../files.ts';
import { jsonOf, print, printJson, showTime } from '../output.ts';
import { systemSources } from '../system.ts';
import { tierMark } from './findings.ts';

/** `kiten attest ear`: an attestation result, whoever issued it. */
export function attestEarCommand(attest: Command): void {
  attest
    .command('ear <file>')
    .description('verify an attestation result (EAR), JWT or CWT; exits with 1 if it does not hold')
    .requiredOption('--key <file>', 'the verifier’s public key: PEM, DER or JWK, or a certificate')
    .option('--issuer <name>', 'who has to have issued it')
    .option('--json', 'print JSON')
    .action(async (file: string, options: { key: string; issuer?: string; json?: boolean }) => {
      const key = await readVerificationKey(options.key);
      const { issuer } = options;
      const expectations = { now: systemSources().clock.now(), ...(issuer === undefined ? {} : { issuer }) };
      const bytes = await readBytes(file);
      const claims = isJwt(bytes)
        ? verifyEar(decodeUtf8(bytes).trim(), nodeVerify, key, expectations)
        : verifyEarCwt(bytes, nodeVerify, key, expectations);
      if (options.json) return printJson({ verified: true, claims: jsonOf(claims) });
      return printEar(claims);
    });
}

/** A JWT begins with `{"` in base64url. */
export const isJwt = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.subarray(0, 3)).toString('latin1') === 'eyJ';

function printEar(claims: EarClaims): void {
  const { issuer = 'nobody named', issuedAt, expiresAt } = claims;
  print(`● issued by ${issuer}, ${showTime(issuedAt * 1000)} UTC`);
  print(`  holds until ${showTime(expiresAt === undefined ? undefined : expiresAt * 1000)} UTC`);
  for (const [name, { status, vector }] of Object.entries(claims.submods)) {
    print(`\n${name}: ${status}`);
    if (vector === undefined) continue;
    for (const claim of claimNames) {
      print(
        `  ${tierMark(vector[claim])} ${claim.padEnd(18)} ${String(vector[claim]).padStart(4)}  ${tierOf(vector[claim])}`,
      );
    }
  }
}
