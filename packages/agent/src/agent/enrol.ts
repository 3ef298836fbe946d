import { decodePem, KitenError, parseCertificate, toHex } from '@kiten/codec';
import type { Asking, KeyPlace } from '../keys/device-key.ts';
import { AttestationClient } from '../site/attestation-client.ts';
import { authorityCertificates, requestCertificate, tokenHeader } from '../site/est-client.ts';
import { nodeConnector } from '../site/node-connector.ts';
import { nextKey } from './device-keys.ts';
import { describeConfirmed, establishKey } from './establish-key.ts';
import { type Host, siteClient } from './host.ts';
import { requireIdentity, storeIdentity } from './identity.ts';

/** What came of an enrolment or a renewal. */
export interface Enrolled {
  readonly device: string;
  readonly serial: string;
  /** Milliseconds since the Unix epoch. */
  readonly notAfter: number;
  /** Where its key lives: whoever becomes root can copy a file. */
  readonly key: KeyPlace;
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
  return { ...(await certify(host, { device, site, token: headers })), attestation: confirmed };
}

/**
 * A new certificate, by the one that is there (RFC 7030, 4.2.2). A key in a TPM that the site doesn't know is preceded
 * by the key that attests for it.
 */
export async function renew(host: Host): Promise<Enrolled> {
  const identity = await requireIdentity(host);
  const site = siteClient(host, identity.connect);
  const { device, key } = host.configuration;
  const isKnown = key.store !== 'tpm' || (await host.state.read('attestation.json')) !== undefined;
  const confirmed = isKnown ? null : await establishKey(host, new AttestationClient(site));
  const certified = await certify(host, { device, site });
  return { ...certified, attestation: confirmed === null ? null : describeConfirmed(confirmed) };
}

/** Makes or finds the key, has it certified, and keeps both. */
async function certify(host: Host, asking: Asking): Promise<Omit<Enrolled, 'attestation'>> {
  const key = await nextKey(host);
  const { request, publicKey } = await key.request(asking);
  const certificate = await requestCertificate(asking.site, request, publicKey, asking.token);
  await storeIdentity(host, key, certificate);
  const { serialNumber, notAfter } = parseCertificate(decodePem(certificate)[0]!.der);
  return { device: asking.device, serial: toHex(serialNumber), notAfter, key: key.place };
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
