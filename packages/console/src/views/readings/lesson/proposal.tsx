import type { NormalChannel, ProfileSummary, Proposal as Waiting } from '../../../api/readings.ts';
import { PlainTable } from '../../../components/plain-table.tsx';
import { ProblemNote } from '../../../components/problem-note.tsx';
import { useAnswer } from '../../../components/use-answer.ts';
import { language, say } from '../../../i18n/language.ts';
import { type ChannelChange, channelChanges } from '../../../readings/proposal.ts';
import { words } from './words.ts';

/** What was learned and waits to be accepted, of a stream or a relation: what would be another. */
export function Proposal({ digest, asked }: { digest: string; asked: () => Promise<Waiting> }) {
  const { value, problem } = useAnswer(asked, [digest]);
  return (
    <section class="stream-state" aria-labelledby="proposal-title">
      <h2 id="proposal-title">{words.say('proposal')}</h2>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {value === undefined && problem === undefined && <p class="soft">{say('loading')}</p>}
      {value !== undefined && (
        <>
          <p>{words.say('proposal-from', partsOf(value.proposal))}</p>
          <p class="soft">
            {value.profile === undefined
              ? words.say('proposal-none')
              : words.say('proposal-before', partsOf(value.profile))}
          </p>
          <Changes changes={channelChanges(value)} />
        </>
      )}
    </section>
  );
}

function Changes({ changes }: { changes: readonly ChannelChange[] }) {
  return (
    <PlainTable
      label={words.say('proposal')}
      columns={(['channel', 'before', 'after', 'change'] as const).map((word) => words.say(word))}
    >
      {changes.map((each) => (
        <tr key={each.channel}>
          <th scope="row">{each.channel}</th>
          <td>{normal(each.before)}</td>
          <td>{normal(each.after)}</td>
          <td>{each.change === 'same' ? words.say('change-same') : <b>{told(each)}</b>}</td>
        </tr>
      ))}
    </PlainTable>
  );
}

function told({ change, before, after, moved = 0 }: ChannelChange): string {
  const unit = (channel?: NormalChannel) => channel?.unit || words.say('no-unit');
  const sign = new Intl.NumberFormat(language.value, { maximumSignificantDigits: 2, signDisplay: 'always' });
  return words.say(`change-${change}`, {
    ...{ before: unit(before), after: unit(after), moved: sign.format(moved) },
  });
}

function normal(channel: NormalChannel | undefined): string {
  if (channel === undefined) return '';
  const { unit, mean, least, most } = channel;
  const told = { unit, mean: number().format(mean) };
  const isRange = least !== undefined && most !== undefined;
  const sentence = isRange
    ? words.say('range-mean', { ...told, least: number().format(least), most: number().format(most) })
    : words.say('mean', told);
  // Where nobody says what it is measured in, nothing stands for it.
  return sentence.trimEnd();
}

function partsOf({ rows, interval, alarmsPerDay }: ProfileSummary): Record<string, string> {
  const alarms = number().format(alarmsPerDay);
  return { rows: whole(rows), length: lengthOf(rows, interval), alarms };
}

/** The largest of which there are two at least. */
const lengths = [
  ['length-days', 86_400],
  ['length-hours', 3600],
  ['length-minutes', 60],
] as const;

function lengthOf(rows: number, interval: number | undefined): string {
  if (interval === undefined) return words.say('length-unknown');
  const seconds = rows * interval;
  const [word, size] = lengths.find(([, each]) => seconds >= 2 * each) ?? (['length-seconds', 1] as const);
  const count = new Intl.NumberFormat(language.value, { maximumFractionDigits: 1 }).format(seconds / size);
  return words.say(word, { count });
}

const number = () => new Intl.NumberFormat(language.value, { maximumSignificantDigits: 4 });

const whole = (count: number): string => new Intl.NumberFormat(language.value).format(count);
