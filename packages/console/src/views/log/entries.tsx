import { logApi } from '../../api/log.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { Time } from '../../components/time.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { say } from '../../i18n/language.ts';
import { deviceAddress } from '../../route.ts';
import { words } from './words.ts';

const A_PAGE = 50;

/** A page of entries, the newest on top; each leads to its proof. */
export function Entries({ from }: { from: number | undefined }) {
  const { value: page, problem } = useAnswer(() => logApi.page(from, A_PAGE), [from]);
  const entries = page?.entries ?? [];
  const [first, last] = [entries[0]?.index ?? 0, entries.at(-1)?.index ?? 0];
  return (
    <section class="panel" aria-labelledby="entries-title">
      <div class="map-head">
        <h2 id="entries-title">{words.say('entries-title')}</h2>
        {page !== undefined && (
          <p class="soft">
            {words.say('entries-of', { first: `${first}`, last: `${last}`, size: `${page.size}` })}
          </p>
        )}
      </div>
      {problem !== undefined && <ProblemNote problem={problem} />}
      <ScrollRegion label={words.say('entries-title')}>
        <table class="plain-table log-table">
          <thead>
            <tr>
              <th scope="col">{words.say('index')}</th>
              <th scope="col">{words.say('at')}</th>
              <th scope="col">{words.say('type')}</th>
              <th scope="col">{words.say('about')}</th>
              <th scope="col">{words.say('by')}</th>
            </tr>
          </thead>
          <tbody>
            {entries.toReversed().map(({ index, at, type, subject, actor, reason }) => (
              <tr key={index}>
                <th scope="row">
                  <a href={`#/log?of=${index}`} aria-label={words.say('prove', { index: String(index) })}>
                    {index}
                  </a>
                </th>
                <td>
                  <Time at={at} />
                </td>
                <td>
                  <code>{type}</code>
                  {reason !== undefined && <q class="soft">{reason}</q>}
                </td>
                <td>
                  <Subject subject={subject} />
                </td>
                <td>{actor === 'site' ? say('actor.site') : actor.replace(/^operator:/, '')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {page !== undefined && (
        <p class="pager">
          {first > 0 && <a href={`#/log?from=${Math.max(0, first - A_PAGE)}`}>{words.say('older')}</a>}
          {last + 1 < page.size && (
            <>
              <a href={`#/log?from=${last + 1}`}>{words.say('newer')}</a>
              <a href="#/log">{words.say('newest')}</a>
            </>
          )}
        </p>
      )}
    </section>
  );
}

function Subject({ subject }: { subject: string | undefined }) {
  const device = /^device:(.+)$/.exec(subject ?? '')?.[1];
  return device === undefined ? <span>{subject}</span> : <a href={deviceAddress(device)}>{device}</a>;
}
