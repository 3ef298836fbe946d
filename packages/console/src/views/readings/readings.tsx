import { useEffect, useState } from 'preact/hooks';
import { readingsApi, type Stream, statesOf } from '../../api/readings.ts';
import { ViewHeading } from '../../components/heading.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { Time } from '../../components/time.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { language, say } from '../../i18n/language.ts';
import { formatRoute } from '../../route.ts';
import { mayAs } from '../../state/session.ts';
import type { ViewProps } from '../view.ts';
import { CompareDialog } from './declare/compare-dialog.tsx';
import { DeclareDialog } from './declare/declare-dialog.tsx';
import { words as ofDeclaring } from './declare/words.ts';
import { Found } from './found.tsx';
import { Relations } from './relations/list.tsx';
import { RelationPanel } from './relations/relation.tsx';
import { StreamReadingsPanel } from './stream/stream.tsx';
import { words } from './words.ts';

const ASK_EVERY = 5_000;

/** Streams of readings: all of them, or one with what it says and how far that is from normal. */
export function ReadingsView({ search }: ViewProps) {
  const chosen = new URLSearchParams(search);
  const [stream, relation] = [chosen.get('stream'), chosen.get('relation')];
  const [round, next] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => next((before) => before + 1), ASK_EVERY);
    return () => clearInterval(timer);
  }, []);
  return (
    <div class="readings">
      <div class="view-head">
        <ViewHeading key={search}>{stream ?? relation ?? words.say('title')}</ViewHeading>
      </div>
      {stream !== null ? (
        <StreamReadingsPanel stream={stream} round={round} />
      ) : relation !== null ? (
        <RelationPanel relation={relation} round={round} />
      ) : (
        <>
          <Declare changed={() => next((before) => before + 1)} />
          <Streams round={round} />
          <Relations round={round} />
          <Found round={round} />
        </>
      )}
    </div>
  );
}

/** For administrators: streams are declared, and compared, by hand. */
function Declare({ changed }: { changed: () => void }) {
  const [asked, setAsked] = useState<'declare' | 'compare'>();
  if (!mayAs('administrator')) return null;
  const Dialog = asked && { declare: DeclareDialog, compare: CompareDialog }[asked];
  return (
    <>
      <p class="policy-buttons">
        {(['declare', 'compare'] as const).map((each) => (
          <button key={each} type="button" onClick={() => setAsked(each)}>
            {ofDeclaring.say(each)}
          </button>
        ))}
      </p>
      {Dialog !== undefined && (
        <Dialog
          onClose={(done) => {
            setAsked(undefined);
            if (done) changed();
          }}
        />
      )}
    </>
  );
}

function Streams({ round }: { round: number }) {
  const { value, problem } = useAnswer(() => readingsApi.all(), [round]);
  const [shown, show] = useState(value);
  // What was there stays until the new answer is.
  useEffect(() => {
    if (value !== undefined) show(value);
  }, [value]);
  if (problem !== undefined) return <ProblemNote problem={problem} />;
  if (shown === undefined) return <p class="notice">{say('loading')}</p>;
  if (shown.streams.length === 0) return <p class="notice">{words.say('none')}</p>;
  const { stoppedAt, missed, missedAt } = shown.judging;
  return (
    <>
      {stoppedAt !== undefined && (
        <p class="notice" role="alert">
          {words.say('stopped')} <Time at={stoppedAt} />
        </p>
      )}
      {missedAt !== undefined && (
        <p class="notice">
          {words.say('missed', { count: String(missed) })} <Time at={missedAt} />
        </p>
      )}
      <ScrollRegion label={words.say('streams')}>
        <table class="plain-table">
          <thead>
            <tr>
              <th scope="col">{words.say('stream')}</th>
              <th scope="col">{words.say('state')}</th>
              <th scope="col" class="number">
                {words.say('rows')}
              </th>
              <th scope="col">{words.say('last')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.streams.map((one) => (
              <Row key={one.stream} stream={one} />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </>
  );
}

function Row({ stream: one }: { stream: Stream }) {
  const { stream, rows, lastAt } = one;
  const search = new URLSearchParams({ stream }).toString();
  return (
    <tr>
      <th scope="row">
        <a href={formatRoute({ path: '/readings', search })}>{stream}</a>
      </th>
      <td>
        {statesOf(one)
          .map((state) => words.say(`state-${state}`))
          .join('; ')}
      </td>
      <td class="number">{new Intl.NumberFormat(language.value).format(rows)}</td>
      <td>{lastAt !== undefined && <Time at={lastAt} />}</td>
    </tr>
  );
}
