import type { TargetedSubmitEvent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ask } from '../../api/client.ts';
import type { Problem } from '../../api/problem.ts';
import { Command } from '../../components/command.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { ViewHeading } from '../../components/heading.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { times } from '../../i18n/language.ts';
import { refusal } from '../../state/session.ts';
import { site } from '../../state/site.ts';
import { Arrival } from './arrival.tsx';
import { type Kind, kinds, stepsOf } from './steps.ts';
import { words } from './words.ts';

interface Made {
  readonly id: string;
  readonly host: string;
  readonly token: string;
  readonly expiresAt: number;
  readonly at: number;
}

/** Takes somebody's own device in, with commands that are filled in. */
export function GuideView() {
  const [kind, setKind] = useState<Kind>('linux');
  const [made, setMade] = useState<Made>();
  return (
    <div class="guide">
      <div class="view-head">
        <ViewHeading>{words.say('title')}</ViewHeading>
      </div>
      <fieldset class="kinds">
        <legend>{words.say('kind')}</legend>
        {kinds.map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="kind"
              value={one}
              checked={one === kind}
              onChange={() => setKind(one)}
            />{' '}
            {words.say(`kind-${one}`)}
          </label>
        ))}
      </fieldset>
      {kind === 'mosquitto' ? (
        <MosquittoFleet />
      ) : (
        <>
          <p class="soft">{words.say('lead')}</p>
          <TokenForm made={made} onMade={setMade} />
          {made !== undefined && <Steps kind={kind} made={made} />}
        </>
      )}
    </div>
  );
}

function TokenForm({ made, onMade }: { made: Made | undefined; onMade: (made: Made) => void }) {
  const [groups, setGroups] = useState<readonly string[]>(['default']);
  const [waiting, setWaiting] = useState(false);
  const [problem, setProblem] = useState<Problem>();

  useEffect(() => {
    ask('GET', '/groups').then(
      (answer) => setGroups((answer as { groups: { name: string }[] }).groups.map(({ name }) => name)),
      (error: unknown) => setProblem(refusal(error)),
    );
  }, []);

  async function submit(event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const said = new FormData(event.currentTarget);
    const [id, group, host] = ['id', 'group', 'host'].map((name) => String(said.get(name) ?? '').trim());
    setWaiting(true);
    setProblem(undefined);
    try {
      const at = Date.now();
      const answer = await ask('POST', '/tokens', { device: id, group });
      const { token, expiresAt } = answer as Pick<Made, 'token' | 'expiresAt'>;
      onMade({ id: id as string, host: host as string, at, token, expiresAt });
    } catch (error) {
      setProblem(refusal(error));
    } finally {
      setWaiting(false);
    }
  }

  return (
    <form onSubmit={submit}>
      <div class="field">
        <label for="guide-id">{words.say('id')}</label>
        <input
          id="guide-id"
          name="id"
          required
          pattern="[A-Za-z0-9._\-]{1,64}"
          autocomplete="off"
          spellcheck={false}
          aria-describedby="guide-id-hint"
        />
      </div>
      <div class="field">
        <label for="guide-group">{words.say('group')}</label>
        <select id="guide-group" name="group" value={groups.includes('default') ? 'default' : groups[0]}>
          {groups.map((group) => (
            <option key={group}>{group}</option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for="guide-host">{words.say('host')}</label>
        <input
          id="guide-host"
          name="host"
          required
          pattern="[A-Za-z0-9.:\-\[\]]{1,253}"
          defaultValue={reached()}
        />
      </div>
      <button type="submit" class="primary" disabled={waiting}>
        {words.say(made === undefined ? 'make' : 'anew')}
      </button>
      <p id="guide-id-hint" class="soft">
        {words.say('id-hint')}
      </p>
      {problem !== undefined && <ProblemNote problem={problem} />}
    </form>
  );
}

const reached = (): string => new URL(site.value?.device ?? 'https://localhost').hostname;

function Steps({ kind, made }: { kind: Exclude<Kind, 'mosquitto'>; made: Made }) {
  const about = site.value;
  if (about === undefined) return null;
  const steps = stepsOf(kind, {
    ...made,
    estPort: new URL(about.device).port,
    mqttPort: about.mqtts.split(':').at(-1) as string,
    fingerprint: about.caFingerprint,
  });
  return (
    <>
      <p class="notice">{words.say('until', { time: times.value.short(made.expiresAt, Date.now()) })}</p>
      <ol>
        {steps.map((step) => (
          <li key={step.words} class="guide-step">
            <h2>{words.say(step.words)}</h2>
            <div class="command-line">
              <Command text={step.commands} />
              <CopyButton label={words.say('copy')} text={() => step.commands} />
            </div>
          </li>
        ))}
      </ol>
      <Arrival device={made.id} since={made.at} />
    </>
  );
}

function MosquittoFleet() {
  const command =
    'npx kiten import mosquitto --passwords /etc/mosquitto/passwd --acl /etc/mosquitto/acl --dry-run';
  return (
    <>
      <p>{words.say('mosquitto-lead')}</p>
      <div class="command-line">
        <Command text={command} />
        <CopyButton label={words.say('copy')} text={() => command} />
      </div>
      <p>{words.say('mosquitto-then')}</p>
    </>
  );
}
