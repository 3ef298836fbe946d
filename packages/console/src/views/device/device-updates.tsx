import type { DeviceDetail } from '../../api/types.ts';
import { type DeviceUpdates as Updates, updatesApi } from '../../api/updates.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { Filled } from '../../components/sentence.tsx';
import { Time } from '../../components/time.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { language } from '../../i18n/language.ts';
import { campaignsTold } from '../../state/campaigns.ts';
import { words } from './words.ts';

/** What the device runs, and why each campaign does, or does not, update it. */
export function DeviceUpdates({ device: { id, epoch, standing } }: { device: DeviceDetail }) {
  const { value, problem } = useAnswer(
    () => updatesApi.ofDevice(id),
    [id, epoch, standing, campaignsTold.value],
  );
  return (
    <section class="panel" aria-labelledby="updates-title">
      <h2 id="updates-title">{words.say('updates-title')}</h2>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {value !== undefined && <Known updates={value} />}
    </section>
  );
}

function Known({ updates: { askedAt, ecus, campaigns } }: { updates: Updates }) {
  return (
    <>
      <p class="soft">
        {askedAt === undefined ? (
          words.say('updates-never')
        ) : (
          <Filled template={words.template('updates-asked')} parts={{ time: <Time at={askedAt} /> }} />
        )}
      </p>
      <dl class="stacked">
        {ecus.map(({ ecu, hardwareId, target, version, releaseCounter }) => (
          <div key={ecu}>
            <dt>
              {ecu} · {hardwareId}
            </dt>
            <dd>
              {target === undefined ? (
                words.say('updates-unknown')
              ) : (
                <code>{[target, version].filter(Boolean).join(' · ')}</code>
              )}
              <span class="soft block">
                {words.say('updates-counter', { counter: String(releaseCounter) })}
              </span>
            </dd>
          </div>
        ))}
        {campaigns.map(({ id, name, why }) => (
          <div key={id}>
            <dt>{words.say('updates-why', { name })}</dt>
            <dd>{why.sentence[language.value]}</dd>
          </div>
        ))}
      </dl>
      {campaigns.length === 0 && <p>{words.say('updates-none')}</p>}
    </>
  );
}
