import { KitenError } from '@kiten/codec';
import type { FlightTable } from '../flight/flight.ts';
import { Evenness } from './evenness.ts';
import type { ReceiverEpoch } from './receiver-epoch.ts';

const day = 86_400;
/** Seconds from one epoch to the next that are believed to be the usual step. */
const longestStep = 10;
const mostEpochs = 1_000_000;

/** The columns of an autopilot's table, so that both are judged by the same checks; and what only a log of the receiver has. */
const columnsOf: Readonly<Record<string, (epoch: ReceiverEpoch) => number>> = {
  latitude_deg: ({ latitude, fix }) => (fix > 0 ? latitude : Number.NaN),
  longitude_deg: ({ longitude, fix }) => (fix > 0 ? longitude : Number.NaN),
  altitude_msl_m: ({ altitude, fix }) => (fix > 0 ? altitude : Number.NaN),
  vel_n_m_s: (epoch) => velocity(epoch, Math.cos),
  vel_e_m_s: (epoch) => velocity(epoch, Math.sin),
  fix_type: ({ fix }) => fix,
  satellites_used: ({ satellites, fix }) => (fix > 0 && satellites > 0 ? satellites : Number.NaN),
  hdop: ({ dilution, fix }) => (fix > 0 ? dilution : Number.NaN),
  eph: ({ accuracy, fix }) => (fix > 0 ? accuracy : Number.NaN),
  simulated: ({ isSimulated }) => Number(isSimulated),
  stamp: ({ stamp }) => stamp,
};

/** A standing receiver knows no course. */
function velocity({ speed, course, fix }: ReceiverEpoch, part: (angle: number) => number): number {
  if (!(fix > 0)) return Number.NaN;
  if (Number.isNaN(course)) return speed < 1 ? 0 : Number.NaN;
  return speed * part((course * Math.PI) / 180);
}

/** Puts epochs one under the other, and finds when each was: by the receiver's own time as long as that goes on. */
export class ReceiverTableBuilder {
  readonly #times: number[] = [];
  readonly #utc: number[] = [];
  readonly #columns = new Map(Object.keys(columnsOf).map((name): [string, number[]] => [name, []]));
  readonly #strength: number[] = [];
  readonly #even: number[] = [];
  readonly #evenness = new Evenness();
  #before: ReceiverEpoch | undefined;
  #step = 1;

  /** @throws KitenError `measurement/log-too-large` */
  add(epoch: ReceiverEpoch): void {
    if (this.#times.length >= mostEpochs)
      throw new KitenError(
        'measurement/log-too-large',
        `The log has more than ${mostEpochs} moments: judge it in pieces.`,
        { detail: { most: mostEpochs } },
      );
    epoch.day = Number.isNaN(epoch.day) ? this.#dayOf(epoch) : epoch.day;
    const utc = epoch.day + epoch.timeOfDay;
    const time = this.#timeOf(epoch, utc);
    this.#times.push(time);
    this.#utc.push(utc * 1e6);
    for (const [name, column] of this.#columns)
      column.push((columnsOf[name] as (epoch: ReceiverEpoch) => number)(epoch));
    const { strength, even } = this.#evenness.push(time, epoch);
    this.#strength.push(strength);
    this.#even.push(even);
    this.#before = epoch;
  }

  end(): FlightTable {
    const named: [string, number[]][] = [
      ...this.#columns,
      ['time_utc_usec', this.#utc],
      ['strength', this.#strength],
      ['even_strength', this.#even],
    ];
    const said = named.filter(([, column]) => column.some((value) => !Number.isNaN(value)));
    return {
      topic: 'receiver',
      times: Float64Array.from(this.#times),
      columns: new Map(said.map(([name, column]) => [name, Float64Array.from(column)])),
    };
  }

  /** Without a date of its own, the day of the moment before, or the next one where midnight passed. */
  #dayOf({ timeOfDay }: ReceiverEpoch): number {
    const before = this.#before;
    if (before === undefined) return Number.NaN;
    return timeOfDay < before.timeOfDay - day / 2 ? before.day + day : before.day;
  }

  /** Where the receiver's time is unknown, or goes back, the usual step has passed. */
  #timeOf({ timeOfDay }: ReceiverEpoch, utc: number): number {
    const last = this.#times.at(-1);
    const before = this.#before;
    if (last === undefined || before === undefined) return Number.isNaN(utc) ? 0 : utc;
    const passed = utc - (before.day + before.timeOfDay);
    // Before any date is known midnight may lie between.
    const inDay = (((timeOfDay - before.timeOfDay) % day) + day) % day;
    const step = Number.isNaN(passed) ? inDay : passed;
    if (!(step > 0)) return last + this.#step;
    if (step <= longestStep) this.#step = step;
    return last + step;
  }
}
