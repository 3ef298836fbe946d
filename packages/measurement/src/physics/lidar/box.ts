/** Where something is claimed to be. */
export interface Box {
  /** Its middle: x, y, z in metres. */
  readonly centre: readonly [number, number, number];
  /** Length, width and height in metres. */
  readonly size: readonly [number, number, number];
  /** Of its length, in radians from x towards y. */
  readonly heading: number;
}

/** Between which distances a straight line from the sensor is inside of a box; `undefined`: never. */
export type Crossing = readonly [near: number, far: number] | undefined;

/** @returns a function from a direction of length 1 to its crossing (slabs; Kay & Kajiya, SIGGRAPH 1986) */
export function crosser({ centre, size, heading }: Box): (x: number, y: number, z: number) => Crossing {
  const [cosine, sine] = [Math.cos(heading), Math.sin(heading)];
  // The sensor in the box's axes.
  const from = [-(cosine * centre[0] + sine * centre[1]), sine * centre[0] - cosine * centre[1], -centre[2]];
  return (x, y, z) => {
    const towards = [cosine * x + sine * y, cosine * y - sine * x, z];
    let [near, far] = [0, Number.POSITIVE_INFINITY];
    for (let axis = 0; axis < 3; axis++) {
      const half = (size[axis] as number) / 2;
      const [start, step] = [from[axis] as number, towards[axis] as number];
      if (Math.abs(step) < 1e-12) {
        if (Math.abs(start) > half) return undefined;
        continue;
      }
      const [one, other] = [(-half - start) / step, (half - start) / step];
      near = Math.max(near, Math.min(one, other));
      far = Math.min(far, Math.max(one, other));
      if (near > far) return undefined;
    }
    return [near, far];
  };
}

/** A point in a box's own axes, from its middle. */
export function insideOf(
  { centre, heading }: Box,
  x: number,
  y: number,
  z: number,
): [number, number, number] {
  const [cosine, sine] = [Math.cos(heading), Math.sin(heading)];
  const [dx, dy] = [x - centre[0], y - centre[1]];
  return [cosine * dx + sine * dy, cosine * dy - sine * dx, z - centre[2]];
}
