import { aliasOf } from '../physics/mems/alias.ts';

/**
 * The sampling rate to use next: at random, never the same twice, and not one at which a line that was seen before would come out where it
 * did. An attacker who tuned a sound to the rate has to begin anew.
 *
 * @param rates Hz, that the sensor can do; two at least
 * @param sound Hz, that is suspected
 * @param random between 0 and 1
 */
export function nextRate(
  rates: readonly number[],
  before: number,
  random: () => number,
  sound?: number,
): number {
  const others = rates.filter((rate) => rate !== before);
  const seen = sound === undefined ? undefined : aliasOf(sound, before);
  const apart = others.filter(
    (rate) => sound === undefined || Math.abs(aliasOf(sound, rate) - (seen as number)) > leastApart,
  );
  const choice = apart.length > 0 ? apart : others;
  return choice[Math.floor(random() * choice.length)] ?? before;
}

/** Hz that a line has to move by to be told apart. */
const leastApart = 2;

/**
 * How often to look at something: the more the nearer to an alarm. Between two limits, as a geometric mean would have it, so that a suspicion
 * of a half is worth a look at the middle rate.
 *
 * @param severity 1 is an alarm
 */
export function samplingRate(least: number, most: number, severity: number): number {
  return least * (most / least) ** Math.min(1, Math.max(0, severity));
}
