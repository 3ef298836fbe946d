import { KitenError } from '@kiten/codec';

const software = (what: string, debian: string): KitenError =>
  new KitenError(
    'agent/software-missing',
    `To use a key that never leaves its hardware, ${what} (Debian: apt-get install ${debian}).`,
    { detail: { package: debian } },
  );

/** What has to be installed for TLS with a key in hardware: Node’s own TLS takes only keys that it can read. */
export const missing = {
  openssl: () => software('the program openssl, 3.0 or newer, is needed', 'openssl'),
  engine: () => software('OpenSSL’s engine for PKCS #11 (libp11) is needed', 'libengine-pkcs11-openssl'),
  client: () => software('p11-kit-client.so of p11-kit is needed', 'p11-kit-modules'),
} as const;
