import type { KitenError } from '@kiten/codec';
import type { DeviceId, RecordedEvent, Standing } from '@kiten/trust';

/** How a device showed who it is: a one-time token, its maker's certificate (IEEE 802.1AR), or its current SVID. */
export type EnrolmentMethod = 'token' | 'idevid' | 'renewal';

/** A certificate that the site issued to a device. Times in milliseconds since the Unix epoch. */
export interface CertificateRecord {
  /** Lower-case hexadecimal of the serial number's octets, without a sign octet. */
  readonly serial: string;
  /** The CA that signed it, as `issuerId` gives it. */
  readonly issuer: string;
  readonly device: DeviceId;
  readonly der: Uint8Array;
  /** SHA-256 of the DER SubjectPublicKeyInfo, lower-case hexadecimal. */
  readonly publicKeyDigest: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly issuedAt: number;
}

/** What the site remembers of a certificate when it judges the next request of that device. */
export interface CertificateStanding {
  readonly serial: string;
  readonly publicKeyDigest: string;
  readonly notAfter: number;
  readonly revokedAt?: number;
}

export interface DeviceRecord {
  readonly id: DeviceId;
  readonly standing: Standing;
  /** Since when, in milliseconds since the Unix epoch. */
  readonly standingSince: number;
  readonly groups: readonly string[];
  /** The manufacturer identity it enrolled with, as {@link IdevidIdentity.key}. */
  readonly idevid?: string;
  /** Current and previous ones; expired ones may be left out, revoked ones may not. */
  readonly certificates: readonly CertificateStanding[];
}

/** The manufacturer identity that a device presented, its certificate path already verified. */
export interface IdevidIdentity {
  /** Unique and stable: SHA-256 of the manufacturer root and of the subject, joined by `:`. */
  readonly key: string;
  /** The name that the site gave to the manufacturer root. */
  readonly manufacturer: string;
  /** The subject's serialNumber attribute (IEEE 802.1AR-2018 §8.6) and CN, where present. */
  readonly serialNumber?: string;
  readonly commonName?: string;
}

/** The site's answer to a manufacturer identity. */
export interface IdevidAdmission {
  readonly device: DeviceId;
  readonly groups: readonly string[];
  /** An operator tied this very identity to the device; otherwise a rule over many devices let it in. */
  readonly pinned: boolean;
  /** Whether it may bring a revoked device back. */
  readonly readmits: boolean;
}

/** A certificate about to be handed out, and everything that becomes true with it. */
export interface Enrolment {
  readonly method: EnrolmentMethod;
  readonly certificate: CertificateRecord;
  /** To be marked as used by this device and certificate; for the method `token`. */
  readonly tokenHash?: string;
  /** For the method `idevid`. */
  readonly idevid?: { readonly key: string; readonly admission: IdevidAdmission };
  /** Serial of the certificate presented; for the method `renewal`. It stays valid until it expires. */
  readonly presented?: string;
  /** Names the attestation key of the hardware that its key was shown to live in. */
  readonly keyHeldBy?: Uint8Array;
  /** What goes into the site's log. */
  readonly event: RecordedEvent;
}

/** The site's register of devices, as far as enrolment needs it. */
export interface DeviceRegister {
  device(id: DeviceId): Promise<DeviceRecord | undefined>;
  /** The device that has, or ever had, a certificate for this public key. */
  keyOwner(publicKeyDigest: string): Promise<DeviceId | undefined>;
  /** Whether, and as which device, a verified manufacturer identity may come in. */
  idevid(identity: IdevidIdentity): Promise<IdevidAdmission | undefined>;
  /**
   * All or nothing, and one at a time for each token, device and key: judges the enrolment once more by
   * `enrolmentRefusal` over the state at that moment, records the certificate, takes the token, creates the device
   * (admitted) or adds the groups, admits a revoked device again, and writes the event to the log. A quarantined
   * device stays quarantined. Resolves when all of it is durable, or to the refusal with nothing changed.
   */
  enrol(enrolment: Enrolment): Promise<KitenError | undefined>;
}
