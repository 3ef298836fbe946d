import { useState } from 'preact/hooks';
import { type Attester, attestationApi, type Challenged } from '../../api/attestation.ts';
import type { Problem } from '../../api/problem.ts';
import type { DeviceDetail } from '../../api/types.ts';
import { Mark } from '../../components/mark.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { Filled } from '../../components/sentence.tsx';
import { Time } from '../../components/time.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { refusal, session } from '../../state/session.ts';
import { words } from './words.ts';

/** The TPM that speaks for the device: what it showed last, what that is held against, and when it has to show it again. */
export function DeviceAttestation({ device }: { device: DeviceDetail }) {
  const { id, epoch } = device;
  const newest = Math.max(0, ...device.findings.map(({ at }) => at));
  const { value, problem } = useAnswer(
    async () => ({ attester: await attestationApi.attester(id) }),
    [id, epoch, newest],
  );
  const attester = value?.attester;
  return (
    <section class="panel" aria-labelledby="attestation-title">
      <h2 id="attestation-title">{words.say('attest-title')}</h2>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {value !== undefined && attester === undefined && <p class="soft">{words.say('attest-none')}</p>}
      {attester !== undefined && <Known attester={attester} overdue={device.overdue} />}
      {attester !== undefined && <ChallengeNow id={id} />}
    </section>
  );
}

function Known({ attester, overdue }: { attester: Attester; overdue: boolean }) {
  const { attestationKey, endorsement, activatedAt, images, last, model, lot } = attester;
  const vendor = endorsement.startsWith('vendor ') ? endorsement.slice('vendor '.length) : undefined;
  return (
    <dl class="stacked">
      <dt>{words.say('attest-key')}</dt>
      <dd>
        <code>{attestationKey}</code>
        <span class="soft block">
          <Filled template={words.template('attest-activated')} parts={{ time: <Time at={activatedAt} /> }} />
        </span>
      </dd>
      <dt>{words.say('attest-vendor')}</dt>
      <dd>
        <Mark tier={vendor === undefined ? 'none' : 'affirming'} />{' '}
        {vendor ?? words.say('attest-vendor-none')}
        {vendor === undefined && (
          <span class="soft" lang="en">
            {' '}
            {endorsement}
          </span>
        )}
      </dd>
      <dt>{words.say('attest-last')}</dt>
      <dd>
        {last === undefined ? words.say('attest-never') : <Time at={last.receivedAt} />}
        {last !== undefined && <code>{last.evidence}</code>}
      </dd>
      <dt>{words.say('attest-images')}</dt>
      <dd>
        {images.length === 0 && words.say('attest-no-images')}
        {images.map(({ digest, name }) => (
          <a key={digest} class="block" href="#/attestation">
            {name}
          </a>
        ))}
      </dd>
      {(model !== undefined || lot !== undefined) && (
        <>
          <dt>{words.say('attest-make')}</dt>
          <dd>{[model, lot].filter((one) => one !== undefined).join(' · ')}</dd>
        </>
      )}
      {last !== undefined && (
        <>
          <dt>{words.say('attest-next')}</dt>
          <dd>
            <Mark tier={overdue ? 'warning' : 'affirming'} /> <Time at={last.nextBefore} />
          </dd>
        </>
      )}
    </dl>
  );
}

function ChallengeNow({ id }: { id: string }) {
  const [asked, setAsked] = useState<Challenged>();
  const [problem, setProblem] = useState<Problem>();
  const current = session.value;
  if (current.state !== 'signed-in' || current.operator.role === 'viewer') return null;

  async function challenge(): Promise<void> {
    setProblem(undefined);
    try {
      setAsked(await attestationApi.challenge(id));
    } catch (error) {
      setProblem(refusal(error));
    }
  }

  return (
    <>
      <p class="policy-buttons">
        <button type="button" onClick={() => void challenge()}>
          {words.say('attest-now')}
        </button>
      </p>
      <p role="status" class="soft">
        {asked?.connected === false && words.say('attest-later')}
        {asked?.deadline !== undefined && (
          <Filled template={words.template('attest-until')} parts={{ time: <Time at={asked.deadline} /> }} />
        )}
      </p>
      {problem !== undefined && <ProblemNote problem={problem} />}
    </>
  );
}
