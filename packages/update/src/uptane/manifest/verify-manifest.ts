import { KitenError, type Verify } from '@kiten/codec';
import type { Ecu, Vehicle } from '../ecu.ts';
import type { UptaneProfile } from '../profile.ts';
import { type SignedPayload, verifyPayload } from '../signed-payload.ts';
import type { EcuReport } from './ecu-report.ts';
import { type ReportMemory, rememberReport } from './report-memory.ts';
import {
  defaultManifestLimits,
  type ManifestLimits,
  parseVehicleManifest,
  type VehicleManifest,
} from './vehicle-manifest.ts';

export interface VerifyManifestOptions {
  readonly verify: Verify;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What was remembered of the ECUs’ reports; nothing of an ECU that has never reported. */
  readonly memory?: ReadonlyMap<string, ReportMemory>;
  readonly profile?: UptaneProfile;
  readonly limits?: ManifestLimits;
}

/** A manifest that the vehicle’s ECUs vouch for. */
export interface VerifiedManifest {
  readonly vehicle: string;
  readonly reports: ReadonlyMap<string, EcuReport>;
  /** To be kept, durably, before the manifest is answered. */
  readonly memory: ReadonlyMap<string, ReportMemory>;
  /** How many reports of each ECU were made and have never arrived: somebody may drop them on the way. */
  readonly missed: ReadonlyMap<string, number>;
}

/** Clocks differ, and seconds are dropped. */
const clockSkew = 5 * 60_000;

/**
 * Judges a vehicle version manifest by the inventory (Uptane 2.1 §5.3.2.1, steps 1 to 4): it is of this vehicle, from its
 * primary, has a report of each of its ECUs and of no other, all signed with their own keys, none of them here before.
 *
 * @throws KitenError `update/uptane-other-vehicle`, `update/uptane-other-primary`, `update/uptane-ecu-unknown`,
 * `update/uptane-ecu-silent`, `update/unsigned`, `update/uptane-report-replayed`, `update/uptane-report-stale`,
 * `update/uptane-report-early`, or what {@link parseVehicleManifest} refuses.
 */
export function verifyVehicleManifest(
  bytes: Uint8Array,
  vehicle: Vehicle,
  options: VerifyManifestOptions,
): VerifiedManifest {
  const { profile = 'standard', limits = defaultManifestLimits, verify, now } = options;
  const manifest = parseVehicleManifest(bytes, profile, limits);
  checkWhose(manifest, vehicle);
  checkComplete(manifest, vehicle);
  // All that costs little comes before the signatures.
  const memory = new Map<string, ReportMemory>();
  const missed = new Map<string, number>();
  for (const [name, { report }] of manifest.reports) {
    checkTime(report, now);
    const known = options.memory?.get(name);
    memory.set(name, rememberReport(report, known));
    const gap = (report.counter ?? 0) - (known?.counter ?? report.counter ?? 0) - 1;
    if (gap > 0) missed.set(name, gap);
  }
  verifySigner(manifest, vehicle.primary, verify);
  const reports = new Map<string, EcuReport>();
  for (const [name, signed] of manifest.reports) {
    verifySigner(signed, vehicle.ecus.get(name)!, verify);
    reports.set(name, signed.report);
  }
  return { vehicle: vehicle.identifier, reports, memory, missed };
}

function checkWhose({ vehicle: found = undefined, primary }: VehicleManifest, vehicle: Vehicle): void {
  if (found !== undefined && found !== vehicle.identifier) {
    throw new KitenError('update/uptane-other-vehicle', 'The manifest is that of another vehicle.', {
      detail: { vehicle: vehicle.identifier, found },
    });
  }
  if (primary !== vehicle.primary.identifier) {
    throw new KitenError(
      'update/uptane-other-primary',
      'The manifest is from an ECU that is not the primary.',
      {
        detail: { primary: vehicle.primary.identifier, found: primary },
      },
    );
  }
}

function checkComplete({ reports }: VehicleManifest, { ecus }: Vehicle): void {
  for (const name of reports.keys()) {
    if (!ecus.has(name)) {
      throw new KitenError('update/uptane-ecu-unknown', `The vehicle has no ECU ${name}.`, {
        detail: { ecu: name },
      });
    }
  }
  for (const name of ecus.keys()) {
    if (!reports.has(name)) {
      throw new KitenError('update/uptane-ecu-silent', `The manifest has no report of the ECU ${name}.`, {
        detail: { ecu: name },
      });
    }
  }
}

function checkTime({ ecu, time }: EcuReport, now: number): void {
  if (time <= now + clockSkew) return;
  throw new KitenError('update/uptane-report-early', `The ECU ${ecu} says a time that is yet to come.`, {
    detail: { ecu, time, now },
  });
}

function verifySigner(payload: SignedPayload, { identifier, key }: Ecu, verify: Verify): void {
  verifyPayload(payload, { name: identifier, keys: [key], threshold: 1 }, verify);
}
