import { KitenError } from '@kiten/codec';
import { type Frame, withoutUnit } from '@kiten/measurement';

/** Three columns of a table along the axes of a sensor. */
export interface TableAxes {
  readonly names: readonly string[];
  /** What one of the table's unit is in rad/s, m/s². */
  readonly unit: number;
  /** In rad/s, m/s². */
  readonly axes: readonly [Float64Array, Float64Array, Float64Array];
}

const gravity = 9.80665;
const units: readonly (readonly [RegExp, number])[] = [
  [/deg|°/i, Math.PI / 180],
  [/\(m?g\)|\[m?g\]|_g$/i, gravity],
];

/**
 * @param name how the names of the columns begin
 * @throws KitenError `kiten/channel-missing`
 */
export function axesOf(frame: Frame, name: RegExp): TableAxes {
  // `gyro_integral_dt` and `accelerometer_clipping` have no axis.
  const names = frame.channels.filter((each) => name.test(each) && /[xyz]\b|\[[012]\]|_[xyz]$/i.test(each));
  const [x, y, z] = names;
  if (x === undefined || y === undefined || z === undefined)
    throw new KitenError(
      'kiten/channel-missing',
      `Three axes that begin like ${name.source.slice(1)} are needed; there are ${frame.channels.join(', ')}.`,
      { detail: { channel: name.source.slice(1) } },
    );
  const unit = units.find(([pattern]) => pattern.test(x))?.[1] ?? 1;
  const axis = (channel: string) => {
    const at = frame.channels.indexOf(channel);
    return columnOf(frame, at).map((value) => unit * value);
  };
  return { names: [x, y, z], unit, axes: [axis(x), axis(y), axis(z)] };
}

/** One channel of a table, by its place. */
export function columnOf({ rows, channels, values }: Frame, at: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => values[row * channels.length + at] as number);
}

/** A name without its unit, in lower case and without signs. */
export function bareName(name: string): string {
  return withoutUnit(name)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');
}

/**
 * Where the first channel is whose name is one of those, whatever its capitals and signs.
 *
 * @param given by whoever knows better
 * @throws KitenError `kiten/channel-missing`, with what to say then
 */
export function columnLike(
  { channels }: Pick<Frame, 'channels'>,
  names: readonly string[],
  option: string,
  given?: string,
): number {
  const at =
    given === undefined
      ? channels.findIndex((channel) => names.includes(bareName(channel)))
      : channels.indexOf(given);
  if (at >= 0) return at;
  throw new KitenError(
    'kiten/channel-missing',
    given === undefined
      ? `No channel is called ${names.slice(0, 3).join(', ')} or the like; say which it is with ${option}. There are ${channels.join(', ')}.`
      : `There is no channel “${given}”; there are ${channels.join(', ')}.`,
    { detail: { channel: given ?? (names[0] as string) } },
  );
}
