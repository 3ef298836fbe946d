import type { RelationReadings } from '../../../api/relations.ts';
import { arcsFrom, type LinkStanding, relationMap } from '../../../readings/relation-map.ts';
import { lastingOf } from './state.tsx';
import { words } from './words.ts';

const width = 330;
const longest = 24;
const standings: readonly LinkStanding[] = ['broken', 'holds', 'unknown', 'proposed'];
/** Shapes of the tiers, around the origin. */
const shapes = {
  calm: 'M0-5a5 5 0 1 1 0 10a5 5 0 0 1 0-10z',
  suspected: 'M0-6L6.5 5.500H-6.500z',
  told: 'M-5.500-3.500L-3.500-5.500 0-2 3.500-5.500 5.500-3.500 2 0 5.500 3.500 3.500 5.500 0 2-3.500 5.500-5.500 3.500-2 0z',
} as const;

/** Sensors, and arcs between those that ought to go together. For the eye alone: tables beside it say the same. */
export function RelationPicture({ shown }: { shown: RelationReadings }) {
  const { relation, links, readings } = shown;
  const map = relationMap({
    ...{ sensors: readings.sensors, links, declared: relation.checks, standing: relation.standing },
    alarm: lastingOf(relation),
  });
  if (map.sensors.length === 0) return null;
  const drawn = standings.filter((standing) => map.arcs.some((arc) => arc.standing === standing));
  return (
    <section class="panel" aria-labelledby="relation-map-title">
      <h2 id="relation-map-title">{words.say('map')}</h2>
      <svg class="relation-map" viewBox={`0 0 ${width} ${map.height}`} aria-hidden="true">
        {map.streams.map(({ stream, y }) => (
          <text key={stream} class="map-stream" x="0" y={y} dy="0.35em">
            {cut(stream, 2 * longest)}
          </text>
        ))}
        {map.arcs.map(({ check, path, standing }) => (
          <path key={`${check} ${path}`} class="relation-arc" data-standing={standing} d={path} />
        ))}
        {map.sensors.map(({ sensor, channel, y, standing }) => (
          <g key={sensor} class="relation-sensor" data-standing={standing}>
            <text x="14" y={y} dy="0.35em">
              {cut(channel, longest)}
            </text>
            <path transform={`translate(${arcsFrom} ${y})`} d={shapes[standing]} />
          </g>
        ))}
      </svg>
      <ul class="map-legend" aria-hidden="true">
        {drawn.map((standing) => (
          <li key={standing}>
            <svg viewBox="0 0 40 8" aria-hidden="true">
              <path class="relation-arc" data-standing={standing} d="M0 4H40" />
            </svg>
            {words.say(`map-${standing}`)}
          </li>
        ))}
      </ul>
    </section>
  );
}

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`;
