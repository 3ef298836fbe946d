import { useEffect, useState } from 'preact/hooks';
import { type Relation, relationsApi } from '../../../api/relations.ts';
import { PlainTable } from '../../../components/plain-table.tsx';
import { ProblemNote } from '../../../components/problem-note.tsx';
import { useAnswer } from '../../../components/use-answer.ts';
import { formatRoute } from '../../../route.ts';
import { certain, lastingOf, RelationState } from './state.tsx';
import { words } from './words.ts';

/** Streams whose sensors are checked against each other: all of them, and who is not to be believed. */
export function Relations({ round }: { round: number }) {
  const { value, problem } = useAnswer(relationsApi.all, [round]);
  const [shown, show] = useState(value);
  useEffect(() => {
    if (value !== undefined) show(value);
  }, [value]);
  if (problem !== undefined) return <ProblemNote problem={problem} />;
  if (shown === undefined) return null;
  return (
    <section class="panel relations" aria-labelledby="relations-title">
      <h2 id="relations-title">{words.say('title')}</h2>
      {shown.length === 0 ? <p class="soft">{words.say('none')}</p> : <Table relations={shown} />}
    </section>
  );
}

function Table({ relations }: { relations: readonly Relation[] }) {
  return (
    <PlainTable
      label={words.say('title')}
      columns={(['relation', 'state', 'believed', 'streams'] as const).map((word) => words.say(word))}
    >
      {relations.map((relation) => (
        <tr key={relation.id}>
          <th scope="row">
            <a href={addressOf(relation.id)}>{relation.id}</a>
          </th>
          <td>
            <RelationState relation={relation} />
          </td>
          <td>
            {lastingOf(relation)?.sensors.map((suspect) => (
              <p key={suspect.sensor}>
                {suspect.sensor} – {certain(suspect, lastingOf(relation))}
              </p>
            ))}
            {relation.missing.map(({ sensor, why }) => (
              <p key={sensor} class="soft">
                {sensor} – {words.say(`missing-${why}`)}
              </p>
            ))}
          </td>
          <td>{relation.streams.join(', ')}</td>
        </tr>
      ))}
    </PlainTable>
  );
}

function addressOf(relation: string): string {
  return formatRoute({ path: '/readings', search: new URLSearchParams({ relation }).toString() });
}
