import { KitenError } from '@kiten/codec';
import { asFields, type Fields, fieldsAt, malformed, member, textAt } from '../../tuf/metadata/fields.ts';
import { checkName } from '../identifier.ts';
import type { UptaneProfile } from '../profile.ts';
import { parsePayload, readPayload, type SignedPayload } from '../signed-payload.ts';
import { type EcuReport, parseReport } from './ecu-report.ts';

/** A report, and who signed it. */
export interface SignedReport extends SignedPayload {
  readonly report: EcuReport;
}

/** What a primary says of its vehicle (vehicle version manifest, Uptane 2.1 §5.4.2.1.1), not yet judged. */
export interface VehicleManifest extends SignedPayload {
  /** Absent only in the legacy profile, whose servers know the vehicle by its certificate. */
  readonly vehicle?: string;
  readonly primary: string;
  /** By the ECU’s identifier. */
  readonly reports: ReadonlyMap<string, SignedReport>;
}

/** What a manifest may hold at most. */
export interface ManifestLimits {
  /** Octets. */
  readonly bytes: number;
  readonly ecus: number;
}

export const defaultManifestLimits: ManifestLimits = { bytes: 256 * 1024, ecus: 256 };

/**
 * Reads a vehicle version manifest. Strict JSON, bounded; no signature is checked.
 *
 * @throws KitenError `update/metadata-malformed`, `update/hash-unsupported`, `update/signature-repeated`,
 * `update/uptane-name`, `update/uptane-payload-hash`, `update/uptane-too-many-ecus`, `codec/json-…`.
 */
export function parseVehicleManifest(
  bytes: Uint8Array,
  profile: UptaneProfile = 'standard',
  limits: ManifestLimits = defaultManifestLimits,
): VehicleManifest {
  const parsed = parsePayload(bytes, limits.bytes);
  const payload = readPayload(parsed, profile);
  const { signed } = payload;
  const listed = Object.entries(fieldsAt(signed, 'ecu_version_manifests'));
  if (listed.length > limits.ecus) {
    throw new KitenError(
      'update/uptane-too-many-ecus',
      `A manifest has the reports of ${limits.ecus} ECUs at most.`,
    );
  }
  const reports = new Map(
    listed.map(([ecu, report]) => [ecu, readReport(ecu, report, parsed.isOrdered, profile)]),
  );
  const vehicle = vehicleOf(signed, profile);
  return {
    ...payload,
    primary: checkName(textAt(signed, 'primary_ecu_serial'), 'an ECU'),
    reports,
    ...(vehicle !== undefined && { vehicle }),
  };
}

function vehicleOf(signed: Fields, profile: UptaneProfile): string | undefined {
  if (profile === 'legacy' && member(signed, 'vin') === undefined) return undefined;
  return checkName(textAt(signed, 'vin'), 'a vehicle');
}

function readReport(ecu: string, value: unknown, isOrdered: boolean, profile: UptaneProfile): SignedReport {
  const payload = readPayload({ file: asFields(value, 'ecu_version_manifests'), isOrdered }, profile);
  const report = parseReport(payload.signed, profile);
  if (report.ecu === ecu) return { ...payload, report };
  throw malformed('ecu_version_manifests', 'has each report under its own ECU');
}
