import { type Approval, decisionsApi } from '../../api/decisions.ts';
import { Mark } from '../../components/mark.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { Time } from '../../components/time.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { times } from '../../i18n/language.ts';
import { decisionsTold } from '../../state/decisions.ts';
import { Choice, type Option } from './choice.tsx';
import { words } from './words.ts';

const DECIDED_SHOWN = 20;

export function Approvals() {
  const { value = [], problem } = useAnswer(decisionsApi.approvals, [decisionsTold.value]);
  const [pending, decided] = [
    value.filter(({ state }) => state === 'pending'),
    value.filter(({ state }) => state !== 'pending').slice(0, DECIDED_SHOWN),
  ];
  return (
    <section class="panel" aria-labelledby="approvals-title">
      <h2 id="approvals-title">{words.say('approvals-title')}</h2>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {pending.length === 0 && <p>{words.say('approvals-none')}</p>}
      <Requests approvals={pending} />
      {decided.length > 0 && <h3>{words.say('decided-title')}</h3>}
      <Requests approvals={decided} />
    </section>
  );
}

function Requests({ approvals }: { approvals: readonly Approval[] }) {
  return (
    <ul class="change-list">
      {approvals.map((one) => (
        <li key={one.id}>
          <Mark tier={one.state === 'pending' ? 'warning' : 'none'} /> <b>{one.action}</b>{' '}
          <code>
            {Object.entries(one.parameters)
              .map(([name, value]) => `${name} ${shown(value)}`)
              .join(', ')}
          </code>{' '}
          {one.state === 'pending' ? (
            <span class="soft">
              {words.say('asked-by', {
                who: one.requestedBy,
                time: times.value.short(one.expiresAt, Date.now()),
              })}
            </span>
          ) : (
            <>
              <span class="tag">{words.say(`state-${one.state}`, { who: one.decidedBy ?? '' })}</span>{' '}
              <Time at={one.requestedAt} />
            </>
          )}
          <span class="block">{one.reason}</span>
          {one.decisionReason !== undefined && <span class="soft block">{one.decisionReason}</span>}
          {one.state === 'pending' && <Choice about={one.action} options={optionsOf(one)} />}
        </li>
      ))}
    </ul>
  );
}

const shown = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 120) : '…';

const optionsOf = ({ id, action }: Approval): readonly Option[] =>
  (['approve', 'deny'] as const).map((verb) => ({
    label: words.say(verb),
    title: words.say(`${verb}-title`, { action }),
    effect: words.say(`${verb}-effect`),
    grave: verb === 'approve',
    ask: async (reason) => {
      await decisionsApi.decideApproval(id, verb, reason);
      decisionsTold.value++;
      return false;
    },
  }));
