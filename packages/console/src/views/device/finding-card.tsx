import type { Finding } from '../../api/types.ts';
import { Mark } from '../../components/mark.tsx';
import { Sentence } from '../../components/sentence.tsx';
import { signed } from '../../components/signed.ts';
import { Time } from '../../components/time.tsx';
import { count, language, say } from '../../i18n/language.ts';
import { tierOf } from '../../trust/tiers.ts';
import type { Action } from './action-dialog.tsx';

/** One finding: what was expected, what was found, what would change it, and what it rests on. */
export function FindingCard({ finding, act }: { finding: Finding; act: (action: Action) => void }) {
  const { code, part, claim, value, at, holdsUntil, appraiser, aspect, premises } = finding;
  const tier = tierOf(value);
  const { expected, found, remedy } = finding.sentence[language.value];
  const adverse = tier === 'warning' || tier === 'contraindicated';
  return (
    <article class="finding" data-tier={tier}>
      <header>
        <h3>
          <Mark tier={tier} />
          {code}
          {part !== undefined && <span class="soft"> · {part}</span>}
        </h3>
        <p class="finding-claim">
          {claim} {signed(value)} · {say(`tier.${tier}`)}
        </p>
      </header>
      <dl class="sentences">
        <dt>{say('device.found')}</dt>
        <dd class="found">{found}</dd>
        <dt>{say('device.expected')}</dt>
        <dd>{expected}</dd>
        <dt>{say('device.remedy')}</dt>
        <dd>{remedy}</dd>
      </dl>
      <footer>
        <p class="soft">
          <Sentence of="device.since" parts={{ time: <Time at={at} /> }} />
          {holdsUntil !== undefined && (
            <>
              {' · '}
              <Sentence of="device.holds-until" parts={{ time: <Time at={holdsUntil} /> }} />
            </>
          )}
          {' · '}
          <Sentence of="device.by-appraiser" parts={{ appraiser: <span title={aspect}>{appraiser}</span> }} />
        </p>
        {premises.length > 0 && (
          <details class="evidence">
            <summary>{count('device.evidence', premises.length)}</summary>
            <ul>
              {premises.map((digest) => (
                <li key={digest}>
                  <code>{digest}</code>
                </li>
              ))}
            </ul>
          </details>
        )}
        {adverse && (
          <button type="button" class="quiet" onClick={() => act({ kind: 'clear', code, part })}>
            {say('act.clear')}
          </button>
        )}
      </footer>
    </article>
  );
}
