import type { RelationReadings } from '../../../api/relations.ts';
import { ScrollRegion } from '../../../components/scroll-region.tsx';
import { language } from '../../../i18n/language.ts';
import { channelOf, streamOf } from '../../../readings/relation-map.ts';
import { formatRoute } from '../../../route.ts';
import { certain, lastingOf } from './state.tsx';
import { words } from './words.ts';

/** Streams with their sensors: what each said last, and whether it is to be believed. */
export function Sensors({ shown: { relation, readings } }: { shown: RelationReadings }) {
  const lasting = lastingOf(relation);
  const newest = readings.values.at(-1) ?? [];
  const number = new Intl.NumberFormat(language.value, { maximumSignificantDigits: 6 });
  const suspicion = (sensor: string): string => {
    const suspect = lasting?.sensors.find((each) => each.sensor === sensor);
    if (suspect !== undefined) return certain(suspect, lasting);
    const missing = relation.missing.find((each) => each.sensor === sensor);
    if (missing !== undefined) return words.say(`missing-${missing.why}`);
    return relation.standing.length === 0 || relation.state === 'unjudged' ? '' : words.say('is-believed');
  };
  const channels = Map.groupBy(
    readings.sensors.map((sensor, at) => ({ sensor, value: newest[at] })),
    ({ sensor }) => streamOf(sensor),
  );
  return (
    <section class="panel" aria-labelledby="sensors-title">
      <h2 id="sensors-title">{words.say('sensors')}</h2>
      <ScrollRegion label={words.say('sensors')}>
        <table class="plain-table">
          <thead>
            <tr>
              <th scope="col">{words.say('sensor')}</th>
              <th scope="col" class="number">
                {words.say('said')}
              </th>
              <th scope="col">{words.say('believed')}</th>
            </tr>
          </thead>
          {relation.streams.map((stream) => (
            <tbody key={stream}>
              <tr>
                <th scope="rowgroup" colSpan={3}>
                  <a
                    href={formatRoute({
                      path: '/readings',
                      search: new URLSearchParams({ stream }).toString(),
                    })}
                  >
                    {stream}
                  </a>
                </th>
              </tr>
              {channels.get(stream)?.map(({ sensor, value }) => (
                <tr key={sensor}>
                  <th scope="row" class="channel">
                    {channelOf(sensor)}
                  </th>
                  <td class="number">{typeof value === 'number' && number.format(value)}</td>
                  <td>{suspicion(sensor)}</td>
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </ScrollRegion>
    </section>
  );
}
