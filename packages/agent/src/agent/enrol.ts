import { decodePem, KitenError, parseCertificate, toHex } from '@kiten/codec';
import { AttestationClient } from '../site/attestation-client.ts';
import { authorityCertificates, requestCertificate, tokenHeader } from '../site/est-client.ts';
import { nodeConnector } from '../site/node-connector.ts';
import { describeConfirmed, establishKey } from './establish-key.ts';
import { type Host, siteClient } from './host.ts';
import { nextKey, requireIdentity, storeIdentity } from './identity.ts';

/** What came of an enrolment or a renewal. */
export interface Enrolled {
  readonly device: string;
  readonly serial: string;
  /** Milliseconds since the Unix epoch. */
  readonly notAfter: number;
  /** Where its key lives: whoever becomes root can copy a file. */
  readonly key: 'file';
  readonly attestation: ReturnType<typeof describeConfirmed> | null;
}

/**
 * Enrols by a one-time token: first the key that attests, if there is a TPM, then the certificate (RFC 7030, 4.2.1).
 * The token is used up by the certificate.
 */
export async function enrol(host: Host, token: string): Promise<Enrolled> {
  const { device, tpm } = host.configuration;
  const site = siteClient(host, nodeConnector(host.trust));
  const headers = tokenHeader(device, token);
  await requireSameAuthority(host, await authorityCertificates(site));
  const confirmed =
    tpm === undefined
      ? null
      : describeConfirmed(await establishKey(host, new AttestationClient(site), headers));
  const key = nextKey();
  const certificate = await requestCertificate(site, await key.request(device), key.publicKey, headers);
  await storeIdentity(host, key, certificate);
  return { ...describeCertificate(host, certificate), attestation: confirmed };
}

/** A new certificate, by the one that is there (RFC 7030, 4.2.2). */
export async function renew(host: Host): Promise<Enrolled> {
  const identity = await requireIdentity(host);
  const site = siteClient(host, identity.connect);
  const key = nextKey();
  const certificate = await requestCertificate(
    site,
    await key.request(host.configuration.device),
    key.publicKey,
  );
  await storeIdentity(host, key, certificate);
  return { ...describeCertificate(host, certificate), attestation: null };
}

/** The site hands out its chain; its root has to be the one that was given, or a token would go to another. */
async function requireSameAuthority(host: Host, certificates: readonly Uint8Array[]): Promise<void> {
  const trusted = decodePem(host.trust).map(({ der }) => toHex(der));
  if (certificates.some((each) => trusted.includes(toHex(each)))) return;
  throw new KitenError(
    'agent/site-untrusted',
    `The authority of the site does not lead to ${host.configuration.trust}.`,
  );
}

function describeCertificate({ configuration }: Host, pem: string) {
  const { serialNumber, notAfter } = parseCertificate(decodePem(pem)[0]!.der);
  const { device } = configuration;
  return { device, serial: toHex(serialNumber), notAfter, key: 'file' } as const;
}
