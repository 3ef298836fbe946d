import type { ComponentChildren } from 'preact';
import { deviceApi, type ExplainedRight, type Right } from '../../api/device.ts';
import type { DeviceDetail } from '../../api/types.ts';
import { Mark } from '../../components/mark.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { Filled } from '../../components/sentence.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { language } from '../../i18n/language.ts';
import { type DeviceWord, words } from './words.ts';

/** The device's rights at this moment, each with the policies that decide it. */
export function DeviceRights({ device: { id, epoch, standing, groups } }: { device: DeviceDetail }) {
  const { value: rights = [], problem } = useAnswer(
    () => deviceApi.rights(id),
    [id, epoch, standing, groups.join()],
  );
  const usual = rights.filter(({ allowedLately }) => allowedLately === undefined);
  const lately = rights.filter(({ allowedLately }) => allowedLately !== undefined);
  return (
    <section class="panel rights" aria-labelledby="rights-title">
      <h2 id="rights-title">{words.say('rights-title')}</h2>
      <p class="soft">{words.say('rights-lead')}</p>
      {problem !== undefined && <ProblemNote problem={problem} />}
      <RightList rights={usual} />
      {rights.length > 0 && (
        <details>
          <summary>{words.say('rights-lately')}</summary>
          {lately.length === 0 && <p class="soft">{words.say('rights-lately-none')}</p>}
          <RightList rights={lately} />
        </details>
      )}
    </section>
  );
}

function RightList({ rights }: { rights: readonly Right[] }) {
  return (
    <ul class="right-list">
      {rights.map((right) => (
        <li key={`${right.action} ${right.topic ?? ''}`} data-allowed={right.allowed}>
          <RightLine right={right} />
        </li>
      ))}
    </ul>
  );
}

function RightLine({ right }: { right: Right }) {
  const { allowed, policies, allowedLately, deniedLately } = right;
  const deciding = policies.filter(({ outcome }) => outcome === 'satisfied');
  const near = deciding.length === 0 ? policies : [];
  return (
    <>
      <p>
        <Mark tier={allowed ? 'affirming' : 'contraindicated'} />{' '}
        <span class="may">{words.say(allowed ? 'may-yes' : 'may-no')}</span> <What right={right} />
        {allowedLately !== undefined && (
          <span class="soft">
            {' · '}
            {words.say('rights-counted', { allowed: String(allowedLately), denied: String(deniedLately) })}
          </span>
        )}
      </p>
      <div class="because">
        {deciding.map((policy) => (
          <Reason key={policy.id} policy={policy} />
        ))}
        {deciding.length === 0 && <p>{words.say('rights-nothing')}</p>}
        {near.length > 0 && (
          <details>
            <summary>{words.say('rights-nearest')}</summary>
            {near.map((policy) => (
              <Reason key={policy.id} policy={policy} missed />
            ))}
          </details>
        )}
      </div>
    </>
  );
}

const onTopic: Readonly<Record<string, DeviceWord>> = {
  publish: 'action-publish',
  subscribe: 'action-subscribe',
  receive: 'action-receive',
  attest: 'action-attest-topic',
  update: 'action-update-topic',
};
const atSite: Readonly<Record<string, DeviceWord>> = {
  connect: 'action-connect',
  attest: 'action-attest',
  update: 'action-update',
  renew: 'action-renew',
  enrol: 'action-enrol',
};

function What({ right: { action, topic } }: { right: Right }) {
  if (topic === undefined) {
    const word = atSite[action];
    return <>{word === undefined ? action : words.say(word)}</>;
  }
  const shown = topic.endsWith('/') ? words.say('below', { topic }) : topic;
  return (
    <Filled
      template={words.template(onTopic[action] ?? 'action-other')}
      parts={{ action, topic: <code>{shown}</code> }}
    />
  );
}

function Reason({ policy, missed = false }: { policy: ExplainedRight; missed?: boolean }) {
  const { id, sentence, outside, conditions } = policy;
  const last = conditions.at(-1);
  const reads = missed && last !== undefined ? last.because.flatMap((one) => one.reads) : [];
  return (
    <p>
      {sentence !== undefined && <>{sentence[language.value] ?? sentence.en} </>}
      <code>{id}</code>
      {missed && outside.map((part) => <Detail key={part}>{words.say(`rights-outside-${part}`)}</Detail>)}
      {reads.map((read) => (
        <Detail key={read.expression}>
          <Filled
            template={words.template('rights-is')}
            parts={{ expression: <code>{read.expression}</code>, value: <code>{read.value}</code> }}
          />
        </Detail>
      ))}
    </p>
  );
}

function Detail({ children }: { children: ComponentChildren }) {
  return <span class="reason-detail">{children}</span>;
}
