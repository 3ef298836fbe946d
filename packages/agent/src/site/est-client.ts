import {
  type Certificate,
  decodeBase64Lines,
  decodeCertsOnly,
  encodePem,
  encodeUtf8,
  equalBytes,
  fromBase64Url,
  KitenError,
  parseCertificate,
  parseJsonStrict,
  toBase64,
} from '@kiten/codec';
import type { SiteAnswer, SiteClient } from './site-client.ts';

const root = '/.well-known/est/';

/** The certificates of the site's authorities, DER (RFC 7030, 4.1). @throws KitenError `agent/site-…`, `agent/est-answer` */
export async function authorityCertificates(site: SiteClient): Promise<readonly Uint8Array[]> {
  return certificatesIn(await site.ask({ method: 'GET', path: `${root}cacerts` }));
}

/** HTTP Basic: who enrols, and the token that lets it. */
export const tokenHeader = (device: string, token: string): Readonly<Record<string, string>> => ({
  authorization: `Basic ${toBase64(encodeUtf8(`${device}:${token}`))}`,
});

/**
 * A first certificate by a one-time token, or a new one over a connection with the old one (RFC 7030, 4.2).
 *
 * @param request PKCS #10, DER
 * @param publicKey that it has to be for, DER SubjectPublicKeyInfo
 * @param token headers of {@link tokenHeader} for a first one
 * @returns PEM
 * @throws KitenError `agent/site-…`, `agent/est-answer`
 */
export async function requestCertificate(
  site: SiteClient,
  request: Uint8Array,
  publicKey: Uint8Array,
  token?: Readonly<Record<string, string>>,
): Promise<string> {
  const answer = await site.ask({
    method: 'POST',
    path: `${root}${token === undefined ? 'simplereenroll' : 'simpleenroll'}`,
    headers: { 'content-type': 'application/pkcs10', ...token },
    body: encodeUtf8(toBase64(request)),
  });
  const [certificate] = certificatesIn(answer);
  if (certificate === undefined || !equalBytes(read(certificate).publicKey, publicKey)) {
    throw new KitenError('agent/est-answer', 'The certificate that the site issued is for another key.');
  }
  return encodePem('CERTIFICATE', certificate);
}

/**
 * A nonce for what the TPM says of the next request's key (draft-ietf-lamps-attestation-freshness-08, 5.1).
 *
 * @param token headers of {@link tokenHeader} for a first certificate
 * @throws KitenError `agent/site-…`, `agent/est-answer`
 */
export async function freshnessNonce(
  site: SiteClient,
  token: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const { body } = await site.ask({ method: 'GET', path: `${root}nonce`, headers: token });
  try {
    const answer = parseJsonStrict(body.toString('utf8'), { maxBytes: 4096 });
    const nonce =
      typeof answer === 'object' && answer !== null && 'nonce' in answer ? answer.nonce : undefined;
    const octets = fromBase64Url(typeof nonce === 'string' ? nonce : '');
    if (octets.length >= 8 && octets.length <= 64) return octets;
  } catch (cause) {
    throw unreadable(cause);
  }
  throw new KitenError('agent/est-answer', 'The site gives no nonce for the attestation of a key.');
}

function certificatesIn({ body }: SiteAnswer): readonly Uint8Array[] {
  try {
    return decodeCertsOnly(decodeBase64Lines(body.toString('latin1')));
  } catch (cause) {
    throw unreadable(cause);
  }
}

function read(der: Uint8Array): Certificate {
  try {
    return parseCertificate(der);
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause: unknown): unknown {
  if (!(cause instanceof KitenError)) return cause;
  return new KitenError('agent/est-answer', 'The site answers EST otherwise than RFC 7030 has it.', {
    cause,
  });
}
