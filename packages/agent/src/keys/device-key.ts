import type { Connect } from '../site/connector.ts';

/** The key of the device's certificate, wherever it lives. */
export interface DeviceKey {
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** The private key, PEM, if it lives in a file: it is kept beside the certificate. */
  readonly secret?: string;
  /** A PKCS #10 request for this device, DER. */
  request(device: string): Promise<Uint8Array>;
  /** Connects as the device. @param trust PEM of the site's root @param certificate PEM */
  connector(trust: string, certificate: string): Connect;
}
