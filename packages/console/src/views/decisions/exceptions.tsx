import { decisionsApi, type Exception } from '../../api/decisions.ts';
import { Mark } from '../../components/mark.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { times } from '../../i18n/language.ts';
import { decisionsTold } from '../../state/decisions.ts';
import { Choice } from './choice.tsx';
import { words } from './words.ts';

export function Exceptions() {
  const { value = [], problem } = useAnswer(decisionsApi.exceptions, [decisionsTold.value]);
  const open = value.filter(({ state }) => state === 'in-force');
  return (
    <section class="panel" aria-labelledby="exceptions-title">
      <h2 id="exceptions-title">{words.say('exceptions-title')}</h2>
      <p class="soft">{words.say('exceptions-lead')}</p>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {open.length === 0 && <p>{words.say('exceptions-none')}</p>}
      <ul class="change-list">
        {open.map((one) => (
          <Broken key={one.id} exception={one} />
        ))}
      </ul>
    </section>
  );
}

function Broken({ exception }: { exception: Exception }) {
  const { id, device, group, until, requestedBy: first, approvedBy: second, reason } = exception;
  const what = device ?? group ?? '';
  return (
    <li>
      <Mark tier="warning" />{' '}
      <b>{words.say('exception-of', { what, time: times.value.short(until, Date.now()) })}</b>
      <span class="soft block">{words.say('exception-by', { first, second })}</span>
      <span class="block">{reason}</span>
      <Choice
        about={what}
        options={[
          {
            label: words.say('end'),
            title: words.say('end-title'),
            effect: words.say('end-effect'),
            ask: async (because) => {
              await decisionsApi.endException(id, because);
              decisionsTold.value++;
              return false;
            },
          },
        ]}
      />
    </li>
  );
}
