/** What a simulated receiver says. Lengths in metres, speeds in m/s, the clock in seconds. */
export interface ReceiverFix {
  readonly north: number;
  readonly east: number;
  readonly up: number;
  readonly speedNorth: number;
  readonly speedEast: number;
  readonly clock: number;
  readonly satellites: number;
  readonly dilution: number;
  readonly accuracy: number;
  readonly speedAccuracy: number;
  readonly noise: number;
  readonly carrier: number;
}

/**
 * `jamming` drowns the satellites; `takeover` is a stronger transmitter that the receiver falls for at once, with a position and a clock
 * of its own; `carry-off` begins at the true position, with matched power, and leads away (Tippenhauer et al., “On the Requirements for
 * Successful GPS Spoofing Attacks”, CCS 2011, §4–5).
 */
export type FlightAttackKind = 'jamming' | 'takeover' | 'carry-off';

export const flightAttackKinds: readonly FlightAttackKind[] = ['jamming', 'takeover', 'carry-off'];

export interface FlightAttackPlan {
  readonly kind: FlightAttackKind;
  /** Seconds after the log began. */
  readonly from: number;
  /** Of a takeover: metres to where it says one is. Of a carry-off: m/s². Of jamming: by which factor noise rises. */
  readonly size?: number;
}

const usualSize: Readonly<Record<FlightAttackKind, number>> = {
  jamming: 1.6,
  takeover: 30,
  'carry-off': 0.8,
};
/** Of a carry-off, m/s. */
const greatestSpeed = 10;

/** A receiver that sees the sky. */
export function usualReceiver(
  normal: () => number,
): Pick<ReceiverFix, 'satellites' | 'dilution' | 'accuracy' | 'speedAccuracy' | 'noise' | 'carrier'> {
  return {
    satellites: normal() > 1.8 ? 11 : 12,
    dilution: 0.8 + 0.01 * normal(),
    accuracy: 2 + 0.2 * Math.abs(normal()),
    speedAccuracy: 0.3 + 0.15 * Math.abs(normal()),
    noise: 101 + 3 * normal(),
    carrier: 25 + 8 * Math.abs(normal()),
  };
}

/** @param seconds after the log began */
export function disturbed(
  attack: FlightAttackPlan | undefined,
  seconds: number,
  fix: ReceiverFix,
): ReceiverFix {
  if (attack === undefined || seconds < attack.from) return fix;
  const { kind } = attack;
  const size = attack.size ?? usualSize[kind];
  const since = seconds - attack.from;
  if (kind === 'jamming') {
    const share = Math.min(1, since / 3);
    return {
      ...fix,
      satellites: Math.max(0, Math.round(fix.satellites * (1 - share))),
      dilution: fix.dilution * (1 + 3 * share),
      accuracy: fix.accuracy * (1 + 8 * share),
      speedAccuracy: fix.speedAccuracy * (1 + 6 * share),
      noise: fix.noise * (1 + (size - 1) * share),
      carrier: fix.carrier + 40 * share,
    };
  }
  if (kind === 'takeover') {
    const isCatching = since < 3;
    return {
      ...fix,
      north: fix.north + size,
      clock: fix.clock + 0.4,
      satellites: isCatching ? 6 : 10,
      dilution: isCatching ? 1.8 * fix.dilution : 1.1 * fix.dilution,
      speedAccuracy: isCatching ? fix.speedAccuracy + 1.2 : fix.speedAccuracy,
      noise: fix.noise * 1.3,
    };
  }
  const speed = Math.min(greatestSpeed, size * since);
  const rising = Math.min(since, greatestSpeed / size);
  return {
    ...fix,
    north: fix.north + (size / 2) * rising ** 2 + greatestSpeed * Math.max(0, since - greatestSpeed / size),
    speedNorth: fix.speedNorth + speed,
  };
}
