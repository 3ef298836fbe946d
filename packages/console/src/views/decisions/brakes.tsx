import { type Brake, decisionsApi } from '../../api/decisions.ts';
import { Mark } from '../../components/mark.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { Time } from '../../components/time.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { deviceAddress } from '../../route.ts';
import { decisionsTold } from '../../state/decisions.ts';
import { Choice, type Option } from './choice.tsx';
import { words } from './words.ts';

export function Brakes() {
  const { value: brakes = [], problem } = useAnswer(decisionsApi.brakes, [decisionsTold.value]);
  return (
    <section class="panel" aria-labelledby="brakes-title">
      <h2 id="brakes-title">{words.say('brakes-title')}</h2>
      <p class="soft">{words.say('brakes-lead')}</p>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {brakes.length === 0 && <p>{words.say('brakes-none')}</p>}
      <ul class="change-list">
        {brakes.map((brake) => (
          <Pulled key={brake.id} brake={brake} />
        ))}
      </ul>
    </section>
  );
}

function Pulled({ brake }: { brake: Brake }) {
  const { code, group, state, pulledAt, fallen, groupSize, devices, decidedBy = '', reason } = brake;
  const held = String(devices.length);
  const name = words.say('brake-of', { code, group });
  return (
    <li>
      <Mark tier={state === 'braking' ? 'contraindicated' : 'none'} /> <b>{name}</b>{' '}
      <span class="tag">{words.say(`state-${state}`, { who: decidedBy.replace(/^operator:/, '') })}</span>{' '}
      <Time at={pulledAt} />
      <span class="soft block">
        {words.say('brake-numbers', { fallen: String(fallen), size: String(groupSize), held })}
      </span>
      {reason !== undefined && <span class="block">{reason}</span>}
      <span class="actions">
        {devices.map((id) => (
          <a key={id} class="tag" href={deviceAddress(id)}>
            {id}
          </a>
        ))}
      </span>
      {state === 'braking' && <Choice about={name} options={optionsOf(brake, held)} />}
    </li>
  );
}

const optionsOf = ({ id }: Brake, held: string): readonly Option[] =>
  (['confirm', 'release'] as const).map((verb) => ({
    label: words.say(verb),
    title: words.say(`${verb}-title`),
    effect: words.say(`${verb}-effect`, { held }),
    grave: verb === 'confirm',
    ask: async (reason) => {
      const answer = await decisionsApi.decideBrake(id, verb, reason);
      decisionsTold.value++;
      return 'approval' in answer;
    },
  }));
