import { KitenError } from '@kiten/codec';
import { parseSensor, type Sensor, sensorName } from './sensor.ts';

/** How sensors are related, by the word of somebody who knows the place. */
export const crossCheckKinds = ['equal', 'sum', 'ratio', 'linear', 'below'] as const;
export type CrossCheckKind = (typeof crossCheckKinds)[number];

/**
 * | | sensors |
 * | --- | --- |
 * | `equal` | two to eight that measure the same; what they differ by in normal rows is not out of place |
 * | `sum` | the first is the sum of the others |
 * | `ratio` | the first is so many times the second |
 * | `linear` | the first is so many times the second, and something added |
 * | `below` | the first is never more than the second |
 */
export interface CrossCheck {
  readonly kind: CrossCheckKind;
  readonly sensors: readonly Sensor[];
  /** Of `ratio` and `linear`; learned, unless given. */
  readonly factor?: number;
  /** What may be out of place, as a share of the largest of the amounts; learned, unless given. */
  readonly tolerance?: number;
}

const most: Readonly<Record<CrossCheckKind, number>> = { equal: 8, sum: 9, ratio: 2, linear: 2, below: 2 };
export const mostChecks = 64;

/** @throws KitenError `measurement/cross-check` */
export function checkCrossChecks(checks: readonly CrossCheck[]): void {
  if (checks.length > mostChecks) throw refused(`there are ${mostChecks} checks at most`);
  for (const { kind, sensors, factor, tolerance } of checks) {
    if (!crossCheckKinds.includes(kind)) throw unknownKind();
    if (sensors.length < 2 || sensors.length > most[kind])
      throw refused(`“${kind}” is of 2 to ${most[kind]} sensors, not of ${sensors.length}`);
    if (new Set(sensors.map(sensorName)).size !== sensors.length) throw refused('it has a sensor twice');
    const takesFactor = kind === 'ratio' || kind === 'linear';
    if (factor !== undefined && !(takesFactor && Number.isFinite(factor) && factor !== 0))
      throw refused('a factor is a number other than 0, of “ratio” or “linear”');
    if (tolerance !== undefined && !(tolerance > 0 && tolerance < 1))
      throw refused('a tolerance is a share above 0 and below 1, such as 0.05');
    if (tolerance !== undefined && kind === 'linear')
      throw refused('what is added in “linear” is learned, and so is its tolerance');
    if (tolerance !== undefined && kind === 'ratio' && factor === undefined)
      throw refused('with a tolerance, a factor has to be given, too');
  }
}

/**
 * `equal A B C within 0.05`, `sum WHOLE PART PART`, `ratio A B 2.5`, `linear A B`, `below A B within 0.02`.
 * A sensor with a space in its name stands in quotes, as a string in JSON does.
 *
 * @throws KitenError `measurement/cross-check`
 */
export function parseCrossCheck(text: string): CrossCheck {
  const [kind = '', ...rest] = wordsOf(text);
  if (!crossCheckKinds.includes(kind as CrossCheckKind)) throw unknownKind();
  const within = rest.indexOf('within');
  const tolerance = within < 0 ? undefined : numberIn(rest[within + 1], rest.length === within + 2);
  const words = within < 0 ? rest : rest.slice(0, within);
  const last = words.at(-1) ?? '';
  const factor = last.includes('#') ? undefined : numberIn(last, true);
  const sensors = (factor === undefined ? words : words.slice(0, -1)).map(parseSensor);
  const check: CrossCheck = {
    ...{ kind: kind as CrossCheckKind, sensors },
    ...(factor === undefined ? {} : { factor }),
    ...(tolerance === undefined ? {} : { tolerance }),
  };
  checkCrossChecks([check]);
  return check;
}

/** The same text again. */
export function crossCheckText({ kind, sensors, factor, tolerance }: CrossCheck): string {
  const words: string[] = [kind, ...sensors.map((sensor) => quoted(sensorName(sensor)))];
  if (factor !== undefined) words.push(String(factor));
  if (tolerance !== undefined) words.push('within', String(tolerance));
  return words.join(' ');
}

const quoted = (name: string): string => (/[\s"]/.test(name) ? JSON.stringify(name) : name);

function wordsOf(text: string): string[] {
  const words = text.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  return words.map((word) => {
    if (!word.startsWith('"')) return word;
    try {
      return String(JSON.parse(word));
    } catch (cause) {
      throw refused(`${word.slice(0, 80)} is not in quotes as a string in JSON is`, cause);
    }
  });
}

function numberIn(text: string | undefined, isLast: boolean): number {
  const value = Number(text);
  if (isLast && text !== undefined && text !== '' && Number.isFinite(value)) return value;
  throw refused(`“${(text ?? '').slice(0, 80)}” is no number, and no sensor such as pump-1/tank#level`);
}

const unknownKind = (): KitenError => refused(`its kind is one of ${crossCheckKinds.join(', ')}`);

function refused(why: string, cause?: unknown): KitenError {
  return new KitenError(
    'measurement/cross-check',
    `This is no check of sensors against each other: ${why}.`,
    {
      cause,
    },
  );
}
