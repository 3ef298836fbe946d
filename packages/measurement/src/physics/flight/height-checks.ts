import type { Evidence } from './evidence.ts';
import { type Flight, RowCursor, receiverTable } from './flight.ts';

/** Seconds over which a change of height is compared. */
const span = 10;

/**
 * By how many metres height above sea changed otherwise than the air's pressure says, within ten seconds. Weather changes pressure too,
 * but takes hours.
 */
export function heightChecks(flight: Flight): Evidence[] {
  const receiver = receiverTable(flight);
  if (receiver === undefined) return [];
  const { topic, times, columns } = receiver;
  const air = airHeights(flight);
  const heights =
    columns.get('altitude_msl_m') ?? columns.get('alt')?.map((millimetres) => millimetres / 1000);
  if (air === undefined || heights === undefined) return [];
  const cursor = new RowCursor(air.times);
  const apart = times.map((time, row) => {
    const at = cursor.at(time);
    return at < 0 ? Number.NaN : (heights[row] as number) - (air.heights[at] as number);
  });
  let from = 0;
  const values = apart.map((now, row) => {
    while ((times[row] as number) - (times[from] as number) > span) from++;
    return Math.abs(now - (apart[from] as number));
  });
  const reads = [`${topic}.${columns.has('altitude_msl_m') ? 'altitude_msl_m' : 'alt'}`, air.reads];
  return [{ check: 'height', family: 'height', limit: 8, times, values, reads }];
}

interface AirHeights {
  readonly times: Float64Array;
  /** Metres above where the pressure is standard. */
  readonly heights: Float64Array;
  readonly reads: string;
}

function airHeights(flight: Flight): AirHeights | undefined {
  const air = flight.get('vehicle_air_data');
  const heights = air?.columns.get('baro_alt_meter');
  if (air !== undefined && heights !== undefined)
    return { times: air.times, heights, reads: 'vehicle_air_data.baro_alt_meter' };
  const barometer = flight.get('sensor_baro');
  const pressures = barometer?.columns.get('pressure');
  if (barometer === undefined || pressures === undefined) return undefined;
  const reads = 'sensor_baro.pressure';
  return { times: barometer.times, heights: pressures.map(heightAt), reads };
}

/** U.S. Standard Atmosphere 1976, below 11 km. Pressure in hPa, or in Pa as newer versions log it. */
function heightAt(pressure: number): number {
  const hectopascal = pressure > 2000 ? pressure / 100 : pressure;
  return 44_330.8 * (1 - (hectopascal / 1013.25) ** 0.190_263);
}
