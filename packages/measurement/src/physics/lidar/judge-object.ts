import type { Box } from './box.ts';
import { type Opacity, opacityOf } from './opacity.ts';
import type { LidarPoints } from './points.ts';
import { shadowFullness } from './shadow.ts';

export interface ObjectJudgement {
  /** 1 is where an alarm begins. */
  readonly severity: number;
  /** What speaks most against it; `hidden`: too little of it is seen to say anything. */
  readonly check: 'penetration' | 'free space' | 'shadow' | 'hidden';
  readonly opacity: Opacity;
  readonly shadow: number;
}

/** Shares from which on a thing is not solid. */
const mostPenetration = 0.5;
const mostFreeSpace = 0.6;
const mostShadow = 0.8;
/** Lines that have to reach it. */
const leastLines = 20;

/**
 * Whether a thing that a detector claims to see in a point cloud is there, or points that a laser put there: of solid things light comes from
 * the near side, none goes through, and behind them is a shadow.
 *
 * @param sensorHeight metres above the ground
 */
export function judgeObject(points: LidarPoints, box: Box, sensorHeight: number): ObjectJudgement {
  const opacity = opacityOf(points, coreOf(box, sensorHeight));
  const shadow = shadowFullness(points, box, sensorHeight);
  if (opacity.inside + opacity.behind < leastLines) return { severity: 0, check: 'hidden', opacity, shadow };
  const found = [
    ['penetration', opacity.penetration / mostPenetration],
    ['free space', opacity.freeSpace / mostFreeSpace],
    ['shadow', Number.isNaN(shadow) ? 0 : shadow / mostShadow],
  ] as const;
  // A fence lets light through, a low thing has a short shadow: two of three have to agree.
  const [first, second] = found.toSorted(([, one], [, other]) => other - one);
  return { severity: second?.[1] ?? 0, check: first?.[0] ?? 'hidden', opacity, shadow };
}

/** Metres of the box's height that are ground, wheels and the gap between them, and of its roof and bonnet. */
const belowCore = 0.35;
const aboveCore = 0.3;

/** The part of a thing's box that is filled whatever its shape. */
function coreOf({ centre, size, heading }: Box, sensorHeight: number): Box {
  const [bottom, top] = [
    Math.max(centre[2] - size[2] / 2, belowCore - sensorHeight),
    centre[2] + size[2] / 2,
  ];
  const height = Math.max(0.2, top - bottom - Math.min(aboveCore, size[2] / 4));
  return {
    centre: [centre[0], centre[1], bottom + height / 2],
    size: [0.9 * size[0], 0.9 * size[1], height],
    heading,
  };
}
