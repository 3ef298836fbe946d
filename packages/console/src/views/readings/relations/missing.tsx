import type { Relation } from '../../../api/relations.ts';
import { Time } from '../../../components/time.tsx';
import { words } from './words.ts';

/** Sensors that take no part, why and since when. */
export function Missing({ relation: { missing } }: { relation: Relation }) {
  if (missing.length === 0) return null;
  return (
    <ul class="missing-sensors">
      {missing.map(({ sensor, why, since, unit }) => (
        <li key={sensor} data-why={why}>
          {sensor} – {unit === undefined ? words.say(`missing-${why}`) : words.say(`unit-${unit.by}`, unit)}
          {' – '}
          {since === undefined ? (
            words.say('missing-never')
          ) : (
            <>
              {words.say('missing-since')} <Time at={since} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
