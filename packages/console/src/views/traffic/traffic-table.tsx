import type { TrafficRow } from '../../api/traffic.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { language } from '../../i18n/language.ts';
import { deviceAddress } from '../../route.ts';
import { words } from './words.ts';

const SHOWN = 500;

/** What the map tells, row by row. */
export function TrafficTable({ rows }: { rows: readonly TrafficRow[] }) {
  if (rows.length === 0) return <p class="soft">{words.say('table-none')}</p>;
  const number = new Intl.NumberFormat(language.value);
  return (
    <>
      <ScrollRegion label={words.say('table-title')}>
        <table class="plain-table traffic-table">
          <thead>
            <tr>
              <th scope="col">{words.say('device')}</th>
              <th scope="col">{words.say('action')}</th>
              <th scope="col">{words.say('topic-column')}</th>
              <th scope="col" class="number">
                {words.say('allowed')}
              </th>
              <th scope="col" class="number">
                {words.say('denied')}
              </th>
              <th scope="col" class="number">
                {words.say('observed')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, SHOWN).map(({ device, action, topic, allowed, denied, observed }) => (
              <tr key={`${device} ${action} ${topic}`}>
                <th scope="row">
                  {device === '*' ? words.say('untold') : <a href={deviceAddress(device)}>{device}</a>}
                </th>
                <td>{action}</td>
                <td>
                  <code>{topic}</code>
                </td>
                <td class="number">{number.format(allowed)}</td>
                <td class="number" data-tier={denied > 0 ? 'contraindicated' : undefined}>
                  {number.format(denied)}
                </td>
                <td class="number" data-tier={observed > 0 ? 'warning' : undefined}>
                  {number.format(observed)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {rows.length > SHOWN && (
        <p class="soft">
          {words.say('table-more', { shown: number.format(SHOWN), rows: number.format(rows.length) })}
        </p>
      )}
    </>
  );
}
