import { KitenError } from '@kiten/codec';
import type { Address } from '../site/connector.ts';
import { missing } from './missing.ts';

/**
 * What the child's last words mean, by the names that OpenSSL gives its errors.
 *
 * @param said standard error
 */
export function opensslFault(said: string, { host, port }: Address): KitenError {
  const detail = { said: wordsOf(said) };
  if (/unknown option/i.test(said)) return missing.openssl();
  if (/invalid engine|no such engine|could not load the shared library/i.test(said)) return missing.engine();
  if (/certificate verify failed|verify error|hostname mismatch|ip address mismatch/i.test(said)) {
    return new KitenError(
      'agent/site-untrusted',
      `Who answers at ${host}:${port} is not the site that is trusted (${verifyError(said)}).`,
      { detail },
    );
  }
  if (
    /private key|key values mismatch|pkcs11|p11|engine|CKR_|\bPIN\b/i.test(
      said.replaceAll('Engine "pkcs11" set.', ''),
    )
  ) {
    return keyUnusable(said);
  }
  return new KitenError(
    'agent/site-unreachable',
    `The site at ${host}:${port} does not answer (${wordsOf(said)}).`,
    { detail },
  );
}

/** The token does not sign: no such key, a wrong PIN, a module that is none. */
export const keyUnusable = (said: string): KitenError =>
  new KitenError(
    'agent/key-unusable',
    `The key does not sign (${wordsOf(said)}): check its address, the module and the PIN.`,
    { detail: { said: wordsOf(said) } },
  );

const verifyError = (said: string): string => /verify error:num=\d+:(.*)/.exec(said)?.[1] ?? wordsOf(said);

/** The line that tells why, without OpenSSL's thread and number. */
function wordsOf(said: string): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const telling =
    lines.find((line) => /:error:|errno/.test(line)) ?? lines.at(-1) ?? 'it ended without a word';
  return telling.replace(/^[0-9A-F]+:error:[0-9A-F]+:/, '').slice(0, 200);
}
