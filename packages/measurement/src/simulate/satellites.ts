import type { FlightAttackPlan } from './receiver.ts';

/** Degrees: where the satellites of a simulated sky stand, by number. */
const elevations = [78, 64, 55, 49, 42, 36, 31, 25, 20, 16, 12, 9];
/** dB-Hz at the horizon, and how much more at the zenith. */
const [lowest, gain] = [33, 14];
/** dB-Hz that come from one transmitter alike; matched power lies at the sky's middle. */
const alike: Readonly<Record<FlightAttackPlan['kind'], number | undefined>> = {
  jamming: undefined,
  takeover: 46,
  'carry-off': 42,
};

/** How strongly satellites are received, as PX4's `satellite_info` tells it: without chance, so that nothing else of a simulation changes. */
export function simulatedSatellites(
  attack: FlightAttackPlan | undefined,
  seconds: number,
  used: number,
): Record<string, number> {
  const since = attack === undefined ? -1 : seconds - attack.from;
  const row: Record<string, number> = { count: elevations.length };
  for (const [place, elevation] of elevations.entries()) {
    // Multipath comes and goes with the satellite's way.
    const wander = 1.2 * Math.sin(seconds / (7 + place) + 2 * place);
    const sky = lowest + gain * Math.sin((elevation * Math.PI) / 180) + wander;
    const drowned = attack?.kind === 'jamming' && since >= 0 ? 12 * Math.min(1, since / 3) : 0;
    const sent = attack === undefined || since < 0 ? undefined : alike[attack.kind];
    row[`svid[${place}]`] = place + 1;
    row[`used[${place}]`] = place < used ? 1 : 0;
    row[`elevation[${place}]`] = elevation;
    row[`azimuth[${place}]`] = (97 * place) % 360;
    row[`snr[${place}]`] = Math.round(sent === undefined ? sky - drowned : sent + 0.3 * wander);
  }
  return row;
}
