import { equalBytes } from '../bytes.ts';
import { KitenError } from '../error.ts';
import type { Verify } from '../signer.ts';
import { type Certificate, parseCertificate } from '../x509/certificate.ts';
import { rootOf } from '../x509/certification-path.ts';
import { keyPurpose } from '../x509/object-identifiers.ts';
import { signatureHolds } from '../x509/signature.ts';
import { checkAuthority, namedCertificates } from './authority-certificate.ts';
import { trimmed } from './number.ts';
import { checkSignedAttributes, type HashFunction, signingCertificates } from './signed-attributes.ts';
import type { TimeStampToken } from './token.ts';

export interface VerifyTimeStampOptions {
  /** What is to be stamped: a digest by one of the hashes that a request may name. */
  readonly digest: Uint8Array;
  /** That of the request: leading zeros don't matter. Left out, any will do, or none. */
  readonly nonce?: Uint8Array;
  /** The policy that the request asked for, dotted. Left out, any will do. */
  readonly policy?: string;
  /** The certificates, DER, that an authority has to lead to. */
  readonly roots: readonly Uint8Array[];
  /** More certificates, DER, of authorities and of those between them and a root, besides the token's own. */
  readonly certificates?: readonly Uint8Array[];
  readonly verify: Verify;
  readonly hash: HashFunction;
  /** A time in milliseconds since the Unix epoch by which the token has to exist. */
  readonly now?: number;
}

/** What a verified time-stamp proves: the digest was there at `time`, give or take `accuracy`. */
export interface VerifiedTimeStamp {
  /** Milliseconds since the Unix epoch; finer parts, if the authority states them, as a fraction. */
  readonly time: number;
  /** In milliseconds, to either side, if the authority states it. */
  readonly accuracy?: number;
  /** Unique for the authority: highest octet first, no leading zeros. */
  readonly serialNumber: Uint8Array;
  /** Dotted. */
  readonly policy: string;
  /** That of the authority. */
  readonly certificate: Certificate;
  /** The one that it leads to. */
  readonly root: Certificate;
}

/**
 * Verifies a time-stamp (RFC 3161 §2.2, §2.3; RFC 5652 §5.6; RFC 5816): it is about the digest and answers the
 * request, the authority signed it with the certificate that it names, that certificate is for time-stamps only and
 * leads to one of the roots, and all of them were valid at the time of the token. Revocation is for others to judge,
 * and so is whether a key that was good then can be relied on now.
 *
 * @throws KitenError `codec/tsp-…`, one code for each reason, `codec/cms-signing-certificate`, `codec/x509-…` or
 * `codec/der-…` for what is malformed, and whatever `verify` and `hash` throw.
 */
export async function verifyTimeStamp(
  token: TimeStampToken,
  options: VerifyTimeStampOptions,
): Promise<VerifiedTimeStamp> {
  const { verify, hash } = options;
  const { signer, content, time, accuracy, serialNumber, policy } = token;
  checkAnswer(token, options);
  await checkSignedAttributes(signer, content, hash);
  const pool = [...token.certificates, ...(options.certificates ?? []).map(parseCertificate)];
  const lists = signingCertificates(signer);
  const { certificate, intermediates } = await namedCertificates(pool, signer.identifier, lists, hash);
  checkAuthority(certificate, token);
  if (!signatureHolds(signer.signed, signer, certificate.publicKey, verify)) {
    throw new KitenError('codec/tsp-signature', 'The signature of the time-stamp does not hold.');
  }
  const root = rootOf(certificate, intermediates, options.roots.map(parseCertificate), {
    at: time,
    verify,
    purpose: keyPurpose.timeStamping,
  });
  if (root === undefined) {
    const message = 'The certificate of the authority led to none of the roots at the time of the token.';
    throw new KitenError('codec/tsp-untrusted', message);
  }
  return { time, ...(accuracy === undefined ? {} : { accuracy }), serialNumber, policy, certificate, root };
}

function checkAnswer(token: TimeStampToken, { digest, nonce, policy, now }: VerifyTimeStampOptions): void {
  if (!equalBytes(token.imprint.digest, digest))
    throw new KitenError('codec/tsp-imprint', 'The time-stamp is about another digest.');
  if (nonce !== undefined && (token.nonce === undefined || !equalBytes(token.nonce, trimmed(nonce))))
    throw new KitenError('codec/tsp-nonce', 'The time-stamp answers another request: its nonce differs.');
  if (policy !== undefined && token.policy !== policy)
    throw new KitenError(
      'codec/tsp-policy',
      `The policy of the time-stamp is ${token.policy}, not ${policy}.`,
    );
  if (now !== undefined && token.time - (token.accuracy ?? 0) > now)
    throw new KitenError('codec/tsp-future', 'The time-stamp states a time that is still to come.');
}
