import type { FlightTable } from '../flight/flight.ts';

/** Degrees, and metres above the sea. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
  readonly altitude: number;
}

const metresPerDegree = 111_195;

/** Metres over ground, for ways that are short beside the Earth. */
export function metresBetween(
  one: Pick<Place, 'latitude' | 'longitude'>,
  other: Pick<Place, 'latitude' | 'longitude'>,
): number {
  const shrink = Math.cos((((one.latitude + other.latitude) / 2) * Math.PI) / 180);
  // Across the date line it is not once round the Earth.
  const around = ((((other.longitude - one.longitude + 180) % 360) + 360) % 360) - 180;
  return metresPerDegree * Math.hypot(other.latitude - one.latitude, around * shrink);
}

/** Where a receiver says that it is, row by row; NaN where it does not know. */
export function placeAt({ columns }: FlightTable): (row: number) => Place {
  const [latitudes, longitudes, altitudes] = ['latitude_deg', 'longitude_deg', 'altitude_msl_m'].map((name) =>
    columns.get(name),
  );
  return (row) => ({
    latitude: latitudes?.[row] ?? Number.NaN,
    longitude: longitudes?.[row] ?? Number.NaN,
    altitude: altitudes?.[row] ?? Number.NaN,
  });
}
