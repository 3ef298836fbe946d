import { useEffect, useState } from 'preact/hooks';
import { type FoundStreams, readingsApi } from '../../api/readings.ts';
import { Command } from '../../components/command.tsx';
import { ReasonDialog } from '../../components/reason-dialog.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { language } from '../../i18n/language.ts';
import { mayAs } from '../../state/session.ts';
import { DeclareDialog } from './declare/declare-dialog.tsx';
import { words } from './words.ts';

const shownChannels = 8;

/** Readings that devices publish and that nobody judges yet: one press has them declared and learned. */
export function Found({ round }: { round: number }) {
  const { value } = useAnswer(() => readingsApi.found(), [round]);
  const [shown, show] = useState<readonly FoundStreams[]>([]);
  const [chosen, choose] = useState<FoundStreams>();
  useEffect(() => {
    if (value !== undefined) show(value);
  }, [value]);
  if (shown.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="found-title">
      <h2 id="found-title">{words.say('found')}</h2>
      <ScrollRegion label={words.say('found')}>
        <table class="plain-table">
          <thead>
            <tr>
              {(['topics', 'channels-of', 'every'] as const).map((word) => (
                <th key={word} scope="col">
                  {words.say(word)}
                </th>
              ))}
              <th scope="col" class="number">
                {words.say('devices')}
              </th>
              <th scope="col" />
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <Row key={`${one.form} ${one.filter}`} found={one} choose={() => choose(one)} />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {chosen?.pack?.needs.includes('key') === true && (
        <DeclareDialog found={chosen} onClose={() => choose(undefined)} />
      )}
      {chosen !== undefined && chosen.pack?.needs.includes('key') !== true && (
        <ReasonDialog
          title={words.say('declare-title', { filter: chosen.filter })}
          effect={words.say('declare-effect', { name: chosen.name, fields: chosen.fields.join(', ') })}
          submit={words.say('declare')}
          grave={false}
          ask={async (reason) => {
            await readingsApi.declareFound(chosen, reason);
            show(shown.filter((one) => one !== chosen));
            return words.say('declared', { name: chosen.name });
          }}
          onClose={() => choose(undefined)}
        />
      )}
    </section>
  );
}

function Row({ found, choose }: { found: FoundStreams; choose: () => void }) {
  const { filter, fields, units = {}, everySeconds, devices, unlike, form } = found;
  const number = new Intl.NumberFormat(language.value, { maximumSignificantDigits: 2 });
  const channels = fields.map((field) => (units[field] === undefined ? field : `${field} [${units[field]}]`));
  const names = channels.slice(0, shownChannels).join(', ') + (fields.length > shownChannels ? ', …' : '');
  return (
    <tr>
      <th scope="row">{filter}</th>
      <td>
        {names} <span class="soft">({form})</span>
      </td>
      <td>{everySeconds !== undefined && `${number.format(everySeconds)} s`}</td>
      <td class="number">
        {devices}
        {unlike > 0 && ` ${words.say('unlike', { count: String(unlike) })}`}
      </td>
      <td>
        <Declare found={found} choose={choose} />
      </td>
    </tr>
  );
}

/** A button; of packs that it would not do for, why. */
function Declare({ found: { name, pack }, choose }: { found: FoundStreams; choose: () => void }) {
  if (pack?.needs.includes('name') === true)
    return (
      <>
        {pack.stream === undefined
          ? words.say('needs-one-name')
          : words.say('needs-name', { stream: pack.stream })}
      </>
    );
  if (pack?.needs.includes('key') === true)
    return (
      <>
        {words.say('needs-key')}
        <Command text={`kiten measurement stream add ${name} --found --key FILE`} />
        {mayAs('administrator') && (
          <button type="button" class="quiet" onClick={choose}>
            {words.say('declare-with-key')}
          </button>
        )}
      </>
    );
  if (!mayAs('administrator')) return null;
  return (
    <button type="button" class="quiet" onClick={choose}>
      {words.say('declare')}
    </button>
  );
}
