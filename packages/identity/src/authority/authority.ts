import {
  type Certificate,
  type Clock,
  encodePem,
  equalBytes,
  KitenError,
  parseCertificate,
  type Signer,
  type Verify,
  verifyCertificateSignature,
} from '@kiten/codec';
import { fingerprint } from '../digest.ts';
import { nodeVerify } from '../keys/verify.ts';
import type { Random } from '../random.ts';
import { siteSpiffeId, type TrustDomain } from '../spiffe-id.ts';
import { type DeviceCertificateRequest, deviceIssuance } from './device-certificate.ts';
import { checkSuccession, type RootSuccession } from './root-succession.ts';
import { type ServerCertificateRequest, serverIssuance } from './server-certificate.ts';

/** A certificate as it left the CA. */
export interface IssuedCertificate {
  readonly der: Uint8Array;
  /** Lower-case hexadecimal of the serial number's octets. */
  readonly serial: string;
  /** The CA that signed it, as `issuerId` gives it. */
  readonly issuer: string;
  /** Milliseconds since the Unix epoch, whole seconds. */
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface AuthorityOptions {
  readonly trustDomain: TrustDomain;
  /** The issuing CA's certificate (DER) and its key. */
  readonly certificate: Uint8Array;
  readonly signer: Signer;
  /** What certifies it (DER), from its issuer up to the root. */
  readonly chain: readonly Uint8Array[];
  /** What leads from a root of before to this one and back, while there are devices that trust either. */
  readonly succession?: RootSuccession;
  /** Issuing CAs of before (DER) whose certificates are still in use: they are honoured, not used. */
  readonly previous?: readonly Uint8Array[];
  readonly clock: Clock;
  readonly random: Random;
  readonly verify?: Verify;
  /**
   * Host names and addresses of the site, under which no device may be named. `localhost`, the trust domain and the
   * names of server certificates issued here are among them in any case.
   */
  readonly reservedNames?: readonly string[];
  /** Milliseconds; 90 days unless given. */
  readonly deviceLifetime?: number;
  readonly serverLifetime?: number;
}

/** The site's issuing CA at work. */
export interface Authority {
  readonly trustDomain: TrustDomain;
  readonly signer: Signer;
  /** The issuing CA in use. */
  readonly issuer: Certificate;
  /** Those whose device certificates hold: the one in use, then previous ones. */
  readonly issuers: readonly Certificate[];
  readonly root: Certificate;
  /** All CA certificates (DER), for the EST operation cacerts: root first, what leads to and from a root of before last. */
  readonly certificates: readonly Uint8Array[];
  /** Those under which device certificates hold (DER): the roots and the issuing CAs. */
  readonly trusted: readonly Uint8Array[];
  /** The root of before, while devices may trust that one. */
  readonly previousRoot: Certificate | undefined;
  /** SHA-256 of the root certificate, `AB:CD:…`: what people compare. */
  readonly fingerprint: string;
  /** The root as PEM: what clients put where they keep CA certificates. */
  readonly rootPem: string;
  /** A certificate followed by its chain without the root, as PEM: what a TLS server presents. */
  chainPem(certificate: Uint8Array): string;
  /** @throws KitenError `identity/device-id-reserved`, `identity/authority-expired`, `identity/lifetime`, `codec/…` */
  issueDevice(request: DeviceCertificateRequest): IssuedCertificate;
  /** @throws KitenError `identity/server-names`, `identity/authority-expired`, `identity/lifetime`, `codec/…` */
  issueServer(request: ServerCertificateRequest): IssuedCertificate;
}

/**
 * Opens the CA: checks that certificates, key and trust domain belong together, then issues.
 *
 * @throws KitenError `identity/authority-key-mismatch`, `identity/authority-chain-broken`,
 * `identity/authority-trust-domain`, `identity/authority-not-a-ca`, `codec/x509-…`
 */
export function createAuthority(options: AuthorityOptions): Authority {
  const { trustDomain, signer, verify = nodeVerify } = options;
  const issuer = parseCertificate(options.certificate);
  const chain = options.chain.map(parseCertificate);
  const previous = (options.previous ?? []).map(parseCertificate);
  const root = chain.at(-1);
  if (!equalBytes(issuer.publicKey, signer.publicKey)) {
    throw new KitenError(
      'identity/authority-key-mismatch',
      'The CA key is not the one in the CA certificate.',
    );
  }
  if (root === undefined) throw brokenChain('The chain of the issuing CA has no root.');
  checkChain([issuer, ...chain], verify);
  const { succession } = options;
  if (succession !== undefined) checkSuccession(root, succession, verify);
  for (const one of [issuer, ...previous]) checkIssuer(one, trustDomain);

  const names = ['localhost', trustDomain, ...(options.reservedNames ?? [])];
  const reserved = new Set(names.map((name) => name.toLowerCase()));
  const own = [...chain.toReversed(), issuer, ...previous].map(({ der }) => der);
  const { previousRoot, newWithOld, oldWithNew } = succession ?? {};
  const crossed = [previousRoot, newWithOld, oldWithNew].filter((der) => der !== undefined);
  // Whoever trusts the root of before is led from it to this one.
  const links = [issuer.der, ...chain.slice(0, -1).map(({ der }) => der), newWithOld]
    .filter((der) => der !== undefined)
    .map((der) => encodePem('CERTIFICATE', der))
    .join('');
  return {
    trustDomain,
    signer,
    issuer,
    issuers: [issuer, ...previous],
    root,
    certificates: [...own, ...crossed],
    trusted: [...own, ...crossed.slice(0, 1)],
    previousRoot: previousRoot === undefined ? undefined : parseCertificate(previousRoot),
    fingerprint: fingerprint(root.der),
    rootPem: encodePem('CERTIFICATE', root.der),
    chainPem: (certificate) => encodePem('CERTIFICATE', certificate) + links,
    issueDevice: deviceIssuance(issuer, options, reserved),
    issueServer: serverIssuance(issuer, options, reserved),
  };
}

/** Each certificate is signed by the one after it, the last one by itself. */
function checkChain(certificates: readonly Certificate[], verify: Verify): void {
  for (const [at, certificate] of certificates.entries()) {
    const issuer = certificates[at + 1] ?? certificate;
    const linked =
      equalBytes(certificate.issuerDer, issuer.subjectDer) &&
      verifyCertificateSignature(certificate, issuer.publicKey, verify);
    if (!linked) throw brokenChain('A CA certificate is not signed by the one that follows it.');
  }
}

function checkIssuer(certificate: Certificate, trustDomain: TrustDomain): void {
  const { basicConstraints, keyUsage, subjectAlternativeNames } = certificate;
  if (basicConstraints?.ca !== true || keyUsage?.includes('keyCertSign') !== true) {
    throw new KitenError(
      'identity/authority-not-a-ca',
      'The CA certificate does not say that it may sign others.',
    );
  }
  const expected = siteSpiffeId(trustDomain);
  if (!subjectAlternativeNames.some((name) => name.kind === 'uri' && name.value === expected)) {
    throw new KitenError(
      'identity/authority-trust-domain',
      `The CA certificate does not belong to ${expected}.`,
    );
  }
}

const brokenChain = (message: string): KitenError =>
  new KitenError('identity/authority-chain-broken', message);
