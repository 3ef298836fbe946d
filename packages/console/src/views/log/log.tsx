import { parseTrust } from '@kiten/checker';
import { toBase64 } from '@kiten/codec';
import { logApi } from '../../api/log.ts';
import { proofApi } from '../../api/proof.ts';
import { ViewHeading } from '../../components/heading.tsx';
import { Mark } from '../../components/mark.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { Filled } from '../../components/sentence.tsx';
import { Time } from '../../components/time.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { language, say } from '../../i18n/language.ts';
import { judgeSignatures, readCheckpoint, type SignatureOutcome } from '../../proof/checkpoint.ts';
import type { Tier } from '../../trust/tiers.ts';
import type { ViewProps } from '../view.ts';
import { Entries } from './entries.tsx';
import { Prove } from './prove.tsx';
import { words } from './words.ts';

/** The transparency log: its head and who signed it, its entries, and proofs that something is in it. */
export function LogView({ search }: ViewProps) {
  const fields = new URLSearchParams(search);
  const from = fields.get('from');
  return (
    <div class="log">
      <div class="view-head">
        <ViewHeading>{words.say('title')}</ViewHeading>
        <p class="totals">{words.say('lead')}</p>
      </div>
      <div class="log-columns">
        <div class="log-main">
          <Prove of={fields.get('of') ?? ''} />
          <Entries from={from !== null && /^\d{1,15}$/.test(from) ? Number(from) : undefined} />
        </div>
        <div class="log-side">
          <Head />
          <Witnesses />
        </div>
      </div>
    </div>
  );
}

async function judgedHead() {
  const [note, trustFile] = await Promise.all([logApi.checkpoint(), proofApi.trustFile()]);
  const checkpoint = readCheckpoint(note);
  if (checkpoint === undefined) return undefined;
  const { logs, witnesses } = parseTrust(trustFile);
  const keys = [...logs.flatMap((log) => log.keys), ...witnesses];
  return { checkpoint, signatures: await judgeSignatures(checkpoint, keys) };
}

const tiers: Readonly<Record<SignatureOutcome, Tier>> = {
  holds: 'affirming',
  fails: 'contraindicated',
  'unknown-key': 'none',
  'not-checked': 'none',
};

function Head() {
  const { value, problem } = useAnswer(async () => ({ head: await judgedHead() }), []);
  return (
    <section class="panel log-head" aria-labelledby="head-title">
      <h2 id="head-title">{words.say('head-title')}</h2>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {value === undefined && problem === undefined && <p class="soft">{say('loading')}</p>}
      {value !== undefined && value.head === undefined && <p>{words.say('malformed')}</p>}
      {value?.head !== undefined && (
        <dl class="stacked">
          <dt>{words.say('head-size')}</dt>
          <dd>{new Intl.NumberFormat(language.value).format(value.head.checkpoint.size)}</dd>
          <dt>{words.say('head-root')}</dt>
          <dd>
            <code>{toBase64(value.head.checkpoint.root)}</code>
          </dd>
          {value.head.checkpoint.time !== undefined && (
            <>
              <dt>{words.say('head-time')}</dt>
              <dd>
                <Time at={value.head.checkpoint.time} />
              </dd>
            </>
          )}
          <dt>{words.say('head-signatures')}</dt>
          {value.head.signatures.map(({ name, outcome, cosignedAt }) => (
            <dd key={name} class="signature" data-outcome={outcome}>
              <Mark tier={tiers[outcome]} /> {name}: {words.say(`outcome-${outcome}`)}
              {cosignedAt !== undefined && (
                <span class="soft">
                  {' · '}
                  <Filled template={words.template('cosigned')} parts={{ time: <Time at={cosignedAt} /> }} />
                </span>
              )}
            </dd>
          ))}
        </dl>
      )}
    </section>
  );
}

function Witnesses() {
  const { value: witnesses, problem } = useAnswer(logApi.witnesses, []);
  return (
    <section class="panel" aria-labelledby="witness-title">
      <h2 id="witness-title">{words.say('witness-title')}</h2>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {witnesses?.length === 0 && <p class="soft">{words.say('witness-none')}</p>}
      <ul class="change-list">
        {witnesses?.map(({ name, size, cosignedAt, problem: wrong }) => (
          <li key={name}>
            <Mark tier={wrong !== undefined ? 'warning' : size > 0 ? 'affirming' : 'none'} />{' '}
            {size > 0
              ? words.say('witness-size', { name, size: String(size) })
              : words.say('witness-never', { name })}
            {cosignedAt !== undefined && (
              <span class="soft">
                {' · '}
                <Time at={cosignedAt} />
              </span>
            )}
            {wrong !== undefined && <code> {wrong}</code>}
          </li>
        ))}
      </ul>
    </section>
  );
}
