import { KitenError } from '@kiten/codec';

/** What a LiDAR says of one turn: returns, seen from where it stands. Metres: x forward, y left, z up. */
export interface LidarPoints {
  readonly count: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly z: Float32Array;
}

/** x, y, z and intensity of each point as 32-bit floats, the lowest octet first, as the data set KITTI has them. */
export function pointsFromKitti(bytes: Uint8Array): LidarPoints {
  if (bytes.length % 16 !== 0)
    throw new KitenError(
      'measurement/points-malformed',
      'Four floats of 32 bits a point are expected; the last one is cut.',
    );
  if (bytes.length === 0) throw new KitenError('measurement/points-malformed', 'There is no point.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = bytes.length / 16;
  const column = (place: number) =>
    Float32Array.from({ length: count }, (_, at) => view.getFloat32(16 * at + 4 * place, true));
  return { count, x: column(0), y: column(1), z: column(2) };
}

/** Points by their coordinates, three a point. */
export function pointsOf(coordinates: readonly (readonly [number, number, number])[]): LidarPoints {
  return {
    count: coordinates.length,
    x: Float32Array.from(coordinates, ([x]) => x),
    y: Float32Array.from(coordinates, ([, y]) => y),
    z: Float32Array.from(coordinates, ([, , z]) => z),
  };
}
