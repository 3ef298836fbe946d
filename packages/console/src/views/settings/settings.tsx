import { type CertificateAuthority, type EventSink, settingsApi } from '../../api/settings.ts';
import { Command } from '../../components/command.tsx';
import { ViewHeading } from '../../components/heading.tsx';
import { Mark } from '../../components/mark.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { Time } from '../../components/time.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { Groups } from './groups.tsx';
import { SiteHealth } from './health.tsx';
import { RetentionSettings } from './retention.tsx';
import { words } from './words.ts';

/** The site itself: its health, its groups, its keys, what it keeps and whom it tells. */
export function SettingsView() {
  const health = useAnswer(settingsApi.health, []);
  const authorities = useAnswer(settingsApi.authorities, []);
  const sinks = useAnswer(settingsApi.sinks, []);
  const problem = health.problem ?? authorities.problem ?? sinks.problem;
  return (
    <div class="settings">
      <div class="view-head">
        <ViewHeading>{words.say('title')}</ViewHeading>
        <a href="#/settings/access">{words.say('access')}</a>
      </div>
      {problem !== undefined && <ProblemNote problem={problem} />}
      <Groups />
      <div class="settings-columns">
        {health.value !== undefined && <SiteHealth health={health.value} />}
        <RetentionSettings />
        {authorities.value !== undefined && <Keys authorities={authorities.value} />}
        {sinks.value !== undefined && <Sinks sinks={sinks.value} />}
      </div>
    </div>
  );
}

const SOON = 90 * 86_400_000;

function Keys({ authorities }: { authorities: readonly CertificateAuthority[] }) {
  const now = Date.now();
  const tierOf = (notAfter: number) =>
    notAfter < now ? 'contraindicated' : notAfter < now + SOON ? 'warning' : 'affirming';
  return (
    <section class="panel" aria-labelledby="ca-title">
      <h2 id="ca-title">{words.say('keys-title')}</h2>
      <p class="soft">{words.say('keys-lead')}</p>
      <dl class="stacked">
        {authorities.map(({ kind, state, id, fingerprint, notAfter }) => (
          <div key={id} class="authority">
            <dt>
              {words.say(`kind-${kind}`)} · {words.say(`key-${state}`)}
            </dt>
            <dd>
              <Mark tier={tierOf(notAfter)} /> {words.say('until')} <Time at={notAfter} />
              <code>
                {words.say('fingerprint')} {fingerprint}
              </code>
            </dd>
          </div>
        ))}
      </dl>
      <p class="soft">{words.say('rollover')}</p>
      <Command text='kiten ca rollover --reason "before it expires"' />
    </section>
  );
}

function Sinks({ sinks }: { sinks: readonly EventSink[] }) {
  return (
    <section class="panel" aria-labelledby="sinks-title">
      <h2 id="sinks-title">{words.say('sinks-title')}</h2>
      {sinks.length === 0 && <p class="soft">{words.say('sinks-none')}</p>}
      <ul class="change-list">
        {sinks.map(({ name, url, format, behind, delivered, problem }) => (
          <li key={name}>
            <Mark tier={problem === undefined ? 'affirming' : 'warning'} /> <b>{name}</b> {format}{' '}
            <code>{url}</code>
            <span class="soft block">
              {words.say('sink-behind', { delivered: String(delivered), behind: String(behind) })}
            </span>
            {problem !== undefined && <span lang="en">{problem.message}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
