import { type Certificate, KitenError, parseCertificate, type Verify } from '@kiten/codec';
import { sha256Hex } from '../digest.ts';
import type { IdevidIdentity } from '../register/device-register.ts';
import { trustAnchorOf } from './certification-path.ts';
import { valuesOf } from './certification-request.ts';
import { Refusal } from './refusal.ts';

/** A manufacturer whose device certificates (IDevIDs, IEEE 802.1AR) this site trusts for enrolment. */
export interface ManufacturerRoot {
  /** What the site calls it: `acme`. */
  readonly name: string;
  readonly certificate: Certificate;
}

/**
 * The manufacturer identity of a client certificate, whose key the client has proven in the TLS handshake.
 *
 * @param at milliseconds since the Unix epoch
 * @throws Refusal 403 `identity/idevid-untrusted`, `identity/idevid-nameless`
 */
export function manufacturerIdentity(
  certificate: Certificate,
  chain: readonly Uint8Array[],
  roots: readonly ManufacturerRoot[],
  { at, verify }: { at: number; verify: Verify },
): IdevidIdentity {
  const root = trustAnchorOf(certificate, readable(chain), roots, { at, verify });
  if (root === undefined) {
    const message =
      'The client certificate leads to no manufacturer that this site trusts, or is not valid now.';
    throw new Refusal(403, 'identity/idevid-untrusted', message);
  }
  const [serialNumber] = valuesOf(certificate.subject, 'serialNumber');
  const [commonName] = valuesOf(certificate.subject, 'CN');
  if (serialNumber === undefined && commonName === undefined) {
    const message = 'The subject of the manufacturer certificate has neither a serialNumber nor a CN.';
    throw new Refusal(403, 'identity/idevid-nameless', message);
  }
  return {
    key: `${sha256Hex(root.certificate.der)}:${sha256Hex(certificate.subjectDer)}`,
    manufacturer: root.name,
    ...(serialNumber === undefined ? {} : { serialNumber }),
    ...(commonName === undefined ? {} : { commonName }),
  };
}

/** A certificate of the chain that cannot be read leads nowhere; the path may do without it. */
function readable(chain: readonly Uint8Array[]): Certificate[] {
  return chain.flatMap((der) => {
    try {
      return [parseCertificate(der)];
    } catch (error) {
      if (error instanceof KitenError) return [];
      throw error;
    }
  });
}
