/** Where a thing was, as a tracker says. Seconds and metres. */
export interface Sighting {
  readonly time: number;
  readonly x: number;
  readonly y: number;
}

export interface MotionRules {
  /** m/s over the ground. */
  readonly fastest: number;
  /** m/s². */
  readonly strongest: number;
  /** Metres nearer than which nothing comes out of nowhere. */
  readonly nearest: number;
  /** Metres that a place is uncertain by. */
  readonly uncertainty: number;
}

/** Of road traffic: 250 km/h, an emergency stop at 1.2 g, and a car's length of braking at 30 km/h. */
export const roadMotion: MotionRules = { fastest: 70, strongest: 12, nearest: 15, uncertainty: 0.5 };

export type Implausible = 'speed' | 'acceleration' | 'appearance';

/**
 * What is physically wrong with a track: things have inertia, and come from where they were before (You et al., “Temporal Consistency Checks
 * to Detect LiDAR Spoofing Attacks”, ICCPS 2021). Points of a laser go wherever it is pointed.
 *
 * @param began whether the tracker was at work before the first sighting
 */
export function implausibleMotion(
  track: readonly Sighting[],
  began: boolean,
  rules: MotionRules = roadMotion,
): Set<Implausible> {
  const found = new Set<Implausible>();
  const [first] = track;
  if (first === undefined) return found;
  if (began && Math.hypot(first.x, first.y) < rules.nearest) found.add('appearance');
  for (let at = 1; at < track.length; at++) {
    const [before, now] = [track[at - 1] as Sighting, track[at] as Sighting];
    const seconds = now.time - before.time;
    if (seconds <= 0) continue;
    const moved = Math.hypot(now.x - before.x, now.y - before.y);
    if (moved - 2 * rules.uncertainty > rules.fastest * seconds) found.add('speed');
    const earlier = track[at - 2];
    if (earlier === undefined || before.time <= earlier.time) continue;
    // Where inertia alone would have led, against where it is.
    const ratio = seconds / (before.time - earlier.time);
    const away = Math.hypot(
      now.x - before.x - ratio * (before.x - earlier.x),
      now.y - before.y - ratio * (before.y - earlier.y),
    );
    const push = (rules.strongest * seconds * (seconds + before.time - earlier.time)) / 2;
    if (away - (2 + 2 * ratio) * rules.uncertainty > push) found.add('acceleration');
  }
  return found;
}
