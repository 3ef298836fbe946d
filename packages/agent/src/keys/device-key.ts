import type { Connect } from '../site/connector.ts';
import type { SiteClient } from '../site/site-client.ts';

/** Where a key lives. */
export const keyPlaces = ['tpm', 'pkcs11', 'file'] as const;
export type KeyPlace = (typeof keyPlaces)[number];

/** Who asks for a certificate, and whom. */
export interface Asking {
  readonly device: string;
  readonly site: SiteClient;
  /** Headers for a device that has no certificate yet. */
  readonly token?: Readonly<Record<string, string>>;
}

/** A PKCS #10 request, and the key that it is for. */
export interface KeyRequest {
  /** DER. */
  readonly request: Uint8Array;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
}

/** The key of the device's certificate, wherever it lives. */
export interface DeviceKey {
  readonly place: KeyPlace;
  /** PEM that is kept beside the certificate, to find the key again: the private key itself if it lives in a file. */
  readonly kept?: string;
  request(asking: Asking): Promise<KeyRequest>;
  /**
   * Signs a message, not its digest; ECDSA yields r ‖ s.
   *
   * @throws KitenError `agent/tpm-…`, `agent/key-unusable`, `agent/software-missing`
   */
  sign(message: Uint8Array): Promise<Uint8Array>;
  /** Connects as the device. @param trust PEM of the site's root @param certificate PEM */
  connector(trust: string, certificate: string): Connect;
}
