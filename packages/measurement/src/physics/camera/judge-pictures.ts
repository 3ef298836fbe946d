import { KitenError } from '@kiten/codec';
import { type RowAlarm, rowAlarms } from '../row-alarms.ts';
import {
  type CameraRotation,
  cameraAgainstGyroscope,
  type FeatureTrack,
  rotationOfTracks,
} from './rotation.ts';

/** Features that a tracker followed from one picture to the next, and what the gyroscope felt meanwhile. */
export interface PicturePair {
  /** Seconds, of the first picture, and how long after it the second was taken. */
  readonly time: number;
  readonly seconds: number;
  readonly tracks: readonly FeatureTrack[];
  /** The mean between the two, in rad/s about the camera's axes: right, down, forward; NaN is missing. */
  readonly gyroscope: readonly [number, number, number];
}

export interface JudgedPicture {
  readonly time: number;
  /** What the pictures say; `undefined` with fewer than six features. */
  readonly camera: CameraRotation | undefined;
  readonly gyroscope: readonly [number, number, number];
  /** 1 is an alarm; NaN where nothing can be said. */
  readonly severity: number;
}

export interface PicturesJudgement {
  readonly pictures: readonly JudgedPicture[];
  readonly alarms: readonly RowAlarm[];
}

/**
 * Holds a camera against a gyroscope, picture by picture: see `cameraAgainstGyroscope`.
 *
 * @throws KitenError `measurement/pictures-unjudgeable` if nothing can be said of any
 */
export function judgePictures(pairs: readonly PicturePair[]): PicturesJudgement {
  const pictures = pairs.map(({ time, seconds, tracks, gyroscope }): JudgedPicture => {
    const camera = rotationOfTracks(tracks, seconds);
    const severity = camera === undefined ? Number.NaN : cameraAgainstGyroscope(camera, gyroscope);
    return { time, camera, gyroscope, severity };
  });
  const judged = [...pictures.keys()].filter((at) => !Number.isNaN(pictures[at]?.severity));
  if (judged.length === 0)
    throw new KitenError(
      'measurement/pictures-unjudgeable',
      `Of ${pairs.length} pictures, none has six features that were followed and a gyroscope beside them.`,
      { detail: { pictures: pairs.length } },
    );
  return {
    pictures,
    alarms: rowAlarms(
      judged,
      pictures.map(({ severity }) => severity),
    ),
  };
}
