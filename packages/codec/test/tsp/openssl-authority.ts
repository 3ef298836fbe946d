import { decodePem } from '../../src/pem.ts';
import { type OpensslResult, openssl, opensslOk } from '../openssl.ts';

const certificates = `
[req]
distinguished_name = name
prompt = no
[name]
CN = unused
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[stamper]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
`;

const settings = `
[tsa]
default_tsa = this
[this]
serial = serial
crypto_device = builtin
signer_cert = stamper
certs = chain
signer_key = stamperKey
default_policy = 1.2.3.4
other_policies = 1.2.3.5
digests = sha256, sha512
clock_precision_digits = 3
tsa_name = yes
`;

/** How `openssl genpkey` is to make a key. */
export const keys = {
  'RSA 2048': ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  'P-256': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  'P-384': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  'P-521': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-521'],
} as const;

/** A time-stamping authority of openssl's, below an authority in between, below a root. */
export interface OpensslAuthority {
  /** DER. */
  readonly root: Uint8Array;
  readonly files: Readonly<Record<string, string>>;
  /**
   * Answers a request.
   *
   * @param more lines of the configuration, the digest and what the signer names itself by.
   */
  reply(request: Uint8Array, more?: string): Uint8Array;
  /** What `openssl ts -verify` says about an answer, given a request and perhaps another root. */
  verify(reply: Uint8Array, request: Uint8Array, root?: string): OpensslResult;
}

export const defaults = 'signer_digest = sha256\ness_cert_id_alg = sha256';

/** Makes keys and certificates with openssl. */
export function opensslAuthority(key: keyof typeof keys): OpensslAuthority {
  const generate = () => opensslOk(['genpkey', ...keys[key]]).stdout.toString();
  const rootKey = generate();
  const root = selfSigned(rootKey);
  const authorityKey = generate();
  const authority = signed('authority', authorityKey, root, rootKey);
  const stamperKey = generate();
  const stamper = signed('stamper', stamperKey, authority, authorityKey);
  const files = { root, stamper, stamperKey, chain: authority, serial: '01' };
  return {
    root: derOf(root),
    files,
    reply: (request, more = defaults) =>
      new Uint8Array(
        opensslOk(['ts', '-reply', '-queryfile', '@request', '-config', '@settings'], {
          ...files,
          request,
          settings: `${settings}${more}\n`,
        }).stdout,
      ),
    verify: (reply, request, other = root) =>
      openssl(['ts', '-verify', '-in', '@reply', '-queryfile', '@request', '-CAfile', '@root'], {
        ...{ reply, request, root: other },
      }),
  };
}

export const derOf = (pem: string): Uint8Array => decodePem(pem)[0]!.der;

export const selfSigned = (key: string): string =>
  opensslOk(
    [
      'req',
      '-x509',
      '-new',
      '-key',
      '@key',
      '-subj',
      '/O=Plant 7/CN=root',
      '-days',
      '30',
      '-config',
      '@config',
    ].concat(['-extensions', 'authority']),
    { key, config: certificates },
  ).stdout.toString();

/** A certificate of this kind, which is its name too. */
export function signed(
  kind: 'authority' | 'stamper',
  key: string,
  issuer: string,
  issuerKey: string,
): string {
  const request = opensslOk(
    ['req', '-new', '-key', '@key', '-subj', `/O=Plant 7/CN=${kind}`, '-config', '@config'],
    {
      key,
      config: certificates,
    },
  ).stdout;
  const issuing = ['-CA', '@issuer', '-CAkey', '@issuerKey', '-set_serial', '0x7f01', '-days', '20'];
  const extensions = ['-extfile', '@config', '-extensions', kind];
  return opensslOk(['x509', '-req', '-in', '@request', ...issuing, ...extensions], {
    ...{ request, issuer, issuerKey, config: certificates },
  }).stdout.toString();
}
