import { KitenError } from './error.ts';

/** A source of the time, handed in by whoever composes the program. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

/** A clock that only moves when it is told to, for tests and simulations. */
export interface ManualClock extends Clock {
  /** Moves the clock by `milliseconds`; a negative value steps it back. */
  advance(milliseconds: number): void;
  /** Sets the clock to `milliseconds` since the Unix epoch, earlier than now if need be. */
  set(milliseconds: number): void;
}

/**
 * Wraps a source of milliseconds that may be stepped back (`Date.now`) into a clock that never goes back:
 * it stands still until the source has caught up, so a step back extends no lifetime beyond that.
 *
 * @throws KitenError `codec/clock-unreadable` when the source yields anything but a finite number, because
 * a comparison with NaN would let every deadline hold for ever.
 */
export function steadyClock(source: () => number): Clock {
  let latest = Number.NEGATIVE_INFINITY;
  return {
    now() {
      const reading = finite(source());
      if (reading > latest) latest = reading;
      return latest;
    },
  };
}

/**
 * A clock for tests and simulations, starting at `start` milliseconds since the Unix epoch.
 *
 * @throws KitenError `codec/clock-unreadable` when it is given anything but a finite number.
 */
export function manualClock(start: number): ManualClock {
  let current = finite(start);
  return {
    now: () => current,
    advance(milliseconds) {
      current = finite(current + milliseconds);
    },
    set(milliseconds) {
      current = finite(milliseconds);
    },
  };
}

function finite(reading: number): number {
  if (!Number.isFinite(reading)) {
    throw new KitenError('codec/clock-unreadable', `A clock must yield a finite number, not ${reading}.`);
  }
  return reading;
}
