import type { Alarm } from '../../api/readings.ts';
import { PlainTable } from '../../components/plain-table.tsx';
import { Time } from '../../components/time.tsx';
import { language } from '../../i18n/language.ts';
import { words } from './words.ts';

/** Those that carry an alarm: by what the others say where that is known, otherwise by how far each is from its own normal. */
export function carriersOf({ channels, diagnosis }: Alarm): readonly { channel: string; share?: number }[] {
  const carriers = diagnosis?.carriers ?? [];
  return carriers.length > 0 ? carriers : channels.map((channel) => ({ channel }));
}

/** When a stream was not normal: since when, for how long, which channels carry it and what it probably was. */
export function Alarms({ alarms }: { alarms: readonly Alarm[] }) {
  const number = new Intl.NumberFormat(language.value, { maximumSignificantDigits: 3 });
  return (
    <PlainTable
      label={words.say('alarms')}
      columns={(['began', 'ended', 'severity', 'channels', 'kind', 'sees'] as const).map((word) =>
        words.say(word),
      )}
    >
      {alarms.map((alarm) => (
        <tr key={alarm.began}>
          <th scope="row">
            <Time at={alarm.diagnosis?.since ?? alarm.began} />
          </th>
          <td>{alarm.ended === undefined ? words.say('lasts') : <Time at={alarm.ended} />}</td>
          <td class="number">{number.format(alarm.severity)}</td>
          <td>{carriersOf(alarm).map(shown).join(', ')}</td>
          <td>{kindOf(alarm)}</td>
          <td>{alarm.sees}</td>
        </tr>
      ))}
    </PlainTable>
  );
}

const percent = (share: number) => String(Math.round(100 * share));

function shown({ channel, share }: { channel: string; share?: number }): string {
  return share === undefined ? channel : words.say('share', { channel, percent: percent(share) });
}

function kindOf({ diagnosis }: Alarm): string {
  if (diagnosis === undefined) return '';
  const kind = words.say(`kind-${diagnosis.kind}`);
  const { confidence } = diagnosis;
  return confidence === 0 ? kind : `${kind} – ${words.say('sure', { percent: percent(confidence) })}`;
}
