/** How strongly a satellite is received. */
export interface SatelliteSignal {
  /** The constellation, and which of its signals where the receiver tells them apart: what is sent alike can be compared. */
  readonly system: string;
  readonly signal: string;
  readonly id: number;
  /** Degrees above the horizon; NaN: unknown. */
  readonly elevation: number;
  /** C/N0 in dB-Hz. */
  readonly strength: number;
}

/** What a receiver says at one moment. NaN is missing. */
export interface ReceiverEpoch {
  /** Seconds since midnight, and from the Unix epoch to that midnight. */
  timeOfDay: number;
  day: number;
  /** Seconds of the logger's own clock, where the log has it. */
  stamp: number;
  /** Degrees. */
  latitude: number;
  longitude: number;
  /** Metres above mean sea level. */
  altitude: number;
  /** m/s over ground, and degrees from north. */
  speed: number;
  course: number;
  /** Whether there is a fix made from satellites: 3, or 0. */
  fix: number;
  isSimulated: boolean;
  satellites: number;
  dilution: number;
  /** Metres, level, as the receiver estimates it. */
  accuracy: number;
  /** Those in view; `undefined` where nothing is said of them. */
  signals: SatelliteSignal[] | undefined;
  /** Those that the fix is made from, as system and number. */
  used: Set<string> | undefined;
}

export function emptyEpoch(): ReceiverEpoch {
  const unknown = Number.NaN;
  return {
    ...{ timeOfDay: unknown, day: unknown, stamp: unknown, latitude: unknown, longitude: unknown },
    ...{ altitude: unknown, speed: unknown, course: unknown, fix: unknown, isSimulated: false },
    ...{ satellites: unknown, dilution: unknown, accuracy: unknown },
    ...{ signals: undefined, used: undefined },
  };
}
