import type { PolicyReview, ReplayedChange } from '../../api/policies.ts';
import { Mark } from '../../components/mark.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { language } from '../../i18n/language.ts';
import { deviceAddress } from '../../route.ts';
import { words } from './words.ts';

const number = (value: number) => new Intl.NumberFormat(language.value).format(value);

/** What was counted lately, decided once more. */
export function Replay({ replay }: { replay: NonNullable<PolicyReview['replay']> }) {
  const { requests, untold, denied, allowed } = replay;
  const isSame = denied.rows === 0 && allowed.rows === 0;
  return (
    <section class="panel" aria-labelledby="replay-title">
      <h2 id="replay-title">{words.say('replay-title')}</h2>
      {requests === 0 && <p class="soft">{words.say('replay-none')}</p>}
      {requests > 0 && isSame && <p>{words.say('replay-same', { requests: number(requests) })}</p>}
      {denied.rows > 0 && <Changed kind="denied" change={denied} total={requests} />}
      {allowed.rows > 0 && <Changed kind="allowed" change={allowed} total={requests} />}
      {untold > 0 && <p class="soft">{words.say('replay-untold', { requests: number(untold) })}</p>}
      {requests > 0 && <p class="soft">{words.say('replay-lead')}</p>}
    </section>
  );
}

function Changed({
  kind,
  change: { requests, rows, most },
  total,
}: {
  kind: 'denied' | 'allowed';
  change: ReplayedChange;
  total: number;
}) {
  return (
    <>
      <p class="replay-outcome">
        <Mark tier={kind === 'denied' ? 'contraindicated' : 'warning'} />{' '}
        {words.say(`replay-${kind}`, { requests: number(requests), total: number(total) })}
      </p>
      <ScrollRegion label={words.say('replay-title')}>
        <table class="plain-table">
          <thead>
            <tr>
              <th scope="col">{words.say('replay-device')}</th>
              <th scope="col">{words.say('replay-what')}</th>
              <th scope="col">{words.say('replay-requests')}</th>
              <th scope="col">{words.say('replay-policies')}</th>
            </tr>
          </thead>
          <tbody>
            {most.map(({ device, action, topic, requests: count, policies }) => (
              <tr key={`${device} ${action} ${topic}`}>
                <th scope="row">
                  <a href={deviceAddress(device)}>{device}</a>
                </th>
                <td>
                  {action} <code>{topic}</code>
                </td>
                <td class="number">{number(count)}</td>
                <td>
                  {policies.length === 0 ? (
                    <span class="soft">{words.say('change-nothing')}</span>
                  ) : (
                    <code>{policies.join(', ')}</code>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {rows > most.length && (
        <p class="soft">{words.say('replay-more', { shown: String(most.length), rows: number(rows) })}</p>
      )}
    </>
  );
}
