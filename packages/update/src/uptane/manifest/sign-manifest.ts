import type { Signer } from '@kiten/codec';
import { formatDateTime } from '../../tuf/metadata/date-time.ts';
import type { Fields } from '../../tuf/metadata/fields.ts';
import type { UptaneProfile } from '../profile.ts';
import { signPayload } from '../signed-payload.ts';
import type { EcuReport } from './ecu-report.ts';

/** An ECU’s report, signed with its key. @throws KitenError `update/key-unsupported`. */
export function signReport(report: EcuReport, signer: Signer, profile: UptaneProfile = 'standard'): Fields {
  const { path, length, hashes } = report.installed;
  const signed = {
    ecu_serial: report.ecu,
    installed_image: { filepath: path, fileinfo: { length, hashes: Object.fromEntries(hashes) } },
    attacks_detected: report.attacksDetected,
    timeserver_time: formatDateTime(report.time),
    previous_timeserver_time: formatDateTime(report.previousTime),
    ...(report.counter !== undefined && { report_counter: report.counter }),
    ...(report.nonce !== undefined && { nonce: report.nonce }),
  };
  return signPayload(signed, [signer], profile);
}

/**
 * A vehicle’s manifest, signed with its primary’s key: the reports of all its ECUs as they signed them.
 *
 * @throws KitenError `update/key-unsupported`.
 */
export function signVehicleManifest(
  manifest: {
    readonly vehicle: string;
    readonly primary: string;
    readonly reports: ReadonlyMap<string, Fields>;
  },
  signer: Signer,
  profile: UptaneProfile = 'standard',
): Uint8Array {
  const signed = {
    vin: manifest.vehicle,
    primary_ecu_serial: manifest.primary,
    ecu_version_manifests: Object.fromEntries(manifest.reports),
  };
  return Buffer.from(JSON.stringify(signPayload(signed, [signer], profile)));
}
