import type { StreamReadings } from '../../api/readings.ts';
import { Time } from '../../components/time.tsx';
import { language } from '../../i18n/language.ts';
import { words } from './words.ts';

export interface FiguresProps extends Pick<StreamReadings, 'readings'> {
  /** Which row: the one under the pointer, or the newest. */
  readonly row: number;
  /** Of each channel, a custom property of the page. */
  readonly colours: readonly string[];
}

/** What one row says, in its units. For the eye alone: the table says the same. */
export function Figures({ readings, row, colours }: FiguresProps) {
  const { channels, units, times, values, severities } = readings;
  const [at, said] = [times[row], values[row]];
  if (at === undefined || said === undefined) return null;
  const number = new Intl.NumberFormat(language.value, { maximumSignificantDigits: 6 });
  return (
    <p class="over-time-figures" aria-hidden="true">
      <Time at={at} />
      {channels.map((channel, place) => (
        <span key={channel} data-colour={colours[place]?.slice(2)}>
          {channel}: <b>{typeof said[place] === 'number' ? number.format(said[place]) : '–'}</b>{' '}
          {units[place]}
        </span>
      ))}
      <span>
        {words.say('severity')}: <b>{number.format(severities[row] ?? 0)}</b>
      </span>
    </p>
  );
}
