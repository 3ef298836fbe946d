import type { Connection } from '../../api/types.ts';
import { Sentence } from '../../components/sentence.tsx';
import { Time } from '../../components/time.tsx';
import { say } from '../../i18n/language.ts';

const protocols: Readonly<Record<number, string>> = { 3: '3.1', 4: '3.1.1', 5: '5.0' };

/** Where the device is connected from right now. */
export function DeviceConnections({ connections }: { connections: readonly Connection[] }) {
  return (
    <section class="panel" aria-labelledby="connections-title">
      <h2 id="connections-title">{say('device.connections')}</h2>
      {connections.length === 0 && <p class="soft">{say('device.no-connections')}</p>}
      <ul class="connections">
        {connections.map(({ clientId, address, protocol, since, by }) => (
          <li key={clientId}>
            <Sentence
              of="device.connection"
              parts={{ client: <b>{clientId}</b>, address: <code>{address}</code> }}
            />
            <span class="soft">
              <Sentence
                of="device.protocol"
                parts={{ version: protocols[protocol] ?? String(protocol), time: <Time at={since} /> }}
              />
            </span>
            {by === 'password' && <span class="soft">{say('device.by-password')}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
