import { ScrollRegion } from '../../components/scroll-region.tsx';
import { Time } from '../../components/time.tsx';
import { language } from '../../i18n/language.ts';
import { words } from './words.ts';

const tableRows = 50;

export interface Column {
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** What it is measured in; empty where nobody says. */
  readonly unit?: string;
}

/** As tables of readings name them: `level [m]`. */
const headOf = ({ label, unit = '' }: Column): string => (unit === '' ? label : `${label} [${unit}]`);

/** What a chart draws, as a table: the newest rows, the newest of them first. */
export function Rows({ times, columns }: { times: readonly number[]; columns: readonly Column[] }) {
  const number = new Intl.NumberFormat(language.value, { maximumSignificantDigits: 6 });
  const newest = [...times.keys()].slice(-tableRows).toReversed();
  return (
    <ScrollRegion label={words.say('table')}>
      <table class="plain-table">
        <thead>
          <tr>
            <th scope="col">{words.say('time')}</th>
            {columns.map((column) => (
              <th key={column.label} scope="col" class="number">
                {headOf(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {newest.map((row) => (
            <tr key={times[row]}>
              <th scope="row">
                <Time at={times[row] as number} />
              </th>
              {columns.map(({ label, values }) => (
                <td key={label} class="number">
                  {typeof values[row] === 'number' && number.format(values[row])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
