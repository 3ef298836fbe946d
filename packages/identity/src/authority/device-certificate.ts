import {
  authorityKeyIdentifierExtension,
  basicConstraintsExtension,
  type Certificate,
  extendedKeyUsageExtension,
  issuanceTemplate,
  KitenError,
  keyIdentifier,
  keyPurpose,
  keyUsageExtension,
  subjectAlternativeNameExtension,
  subjectKeyIdentifierExtension,
  toHex,
} from '@kiten/codec';
import { sha256 } from '../digest.ts';
import { deviceSpiffeId, parseCertifiableId } from '../spiffe-id.ts';
import type { AuthorityOptions, IssuedCertificate } from './authority.ts';
import { issuerId } from './revocation.ts';
import { randomSerialNumber } from './serial-number.ts';
import { defaultLifetimes, validityWithin } from './validity.ts';

export interface DeviceCertificateRequest {
  readonly id: string;
  /** DER SubjectPublicKeyInfo, which `checkDeviceKey` accepted. */
  readonly publicKey: Uint8Array;
  /** Milliseconds; the authority's `deviceLifetime` unless given. Ends with the CA's own at the latest. */
  readonly lifetime?: number;
}

/**
 * Issues X.509-SVIDs: CN and exactly one URI SAN name the device (X509-SVID §2), key usage digitalSignature
 * (§4.3). The extended key usage has both client and server authentication, as §4.4 demands of those that have one
 * at all. So that a device cannot pass for the site with clients that fall back on the CN, the site's own host
 * names are not given to devices.
 */
export function deviceIssuance(
  issuer: Certificate,
  options: AuthorityOptions,
  reserved: ReadonlySet<string>,
): (request: DeviceCertificateRequest) => IssuedCertificate {
  const { trustDomain, signer, clock, random, deviceLifetime = defaultLifetimes.device } = options;
  const ca = issuerId(issuer);
  const template = issuanceTemplate({
    issuer: issuer.subjectDer,
    extensions: [
      basicConstraintsExtension({ ca: false }),
      keyUsageExtension(['digitalSignature']),
      extendedKeyUsageExtension([keyPurpose.clientAuth, keyPurpose.serverAuth]),
      authorityKeyIdentifierExtension(keyIdentifier(issuer.publicKey, sha256)),
    ],
  });

  return ({ id: text, publicKey, lifetime = deviceLifetime }) => {
    const id = parseCertifiableId(text);
    if (reserved.has(id.toLowerCase())) {
      throw new KitenError(
        'identity/device-id-reserved',
        `“${id}” is a name of the site itself, not for a device.`,
      );
    }
    const validity = validityWithin(issuer, clock, lifetime);
    const serialNumber = randomSerialNumber(random);
    const der = template.issue(
      {
        serialNumber,
        subject: [{ type: 'CN', value: id }],
        publicKey,
        ...validity,
        extensions: [
          subjectKeyIdentifierExtension(keyIdentifier(publicKey, sha256)),
          subjectAlternativeNameExtension([{ kind: 'uri', value: deviceSpiffeId(trustDomain, id) }]),
        ],
      },
      signer,
    );
    return { der, serial: toHex(serialNumber), issuer: ca, ...validity };
  };
}
