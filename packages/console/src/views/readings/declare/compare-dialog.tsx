import { useState } from 'preact/hooks';
import { readingsApi } from '../../../api/readings.ts';
import { relationsApi } from '../../../api/relations.ts';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { useAnswer } from '../../../components/use-answer.ts';
import { channelName, linesIn } from '../../../readings/source-form.ts';
import { Amount, usualRules } from './judging-fields.tsx';
import { words } from './words.ts';

/** Each stream with its sensors, as checks name them. */
async function sensorsOfStreams(): Promise<ReadonlyMap<string, readonly string[]>> {
  const [{ streams }, declarations] = await Promise.all([readingsApi.all(), readingsApi.declarations()]);
  return new Map(
    streams.map(({ stream, declaration }) => {
      const { form = '', fields = [] } = declarations.find(({ id }) => id === declaration) ?? {};
      return [stream, fields.map((field) => `${stream}#${channelName(form, field)}`)];
    }),
  );
}

/** Asks which streams are compared, and what is known of them. */
export function CompareDialog({ onClose }: { onClose: (done: boolean) => void }) {
  const { value } = useAnswer(sensorsOfStreams, []);
  const [chosen, choose] = useState<readonly string[]>([]);
  const sensors = chosen.flatMap((stream) => value?.get(stream) ?? []);
  return (
    <ConfirmDialog
      title={words.say('compare')}
      effect={words.say('compare-effect')}
      submit={words.say('compare')}
      reason
      act={async (form) => {
        const id = String(form.get('id')).trim();
        const [every, alarmsPerDay] = [Number(form.get('every')), Number(form.get('alarmsPerDay'))];
        const relation = { id, streams: chosen, checks: linesIn(form, 'checks'), every, alarmsPerDay };
        await relationsApi.relate(relation, String(form.get('reason')).trim());
        return words.say('compared', { relation: id });
      }}
      onClose={onClose}
    >
      <label class="field">
        <span>{words.say('name')}</span>
        <input name="id" autocomplete="off" spellcheck={false} />
      </label>
      <fieldset class="claim-choice">
        <legend>{words.say('compare-streams')}</legend>
        {value !== undefined && value.size < 2 && <p class="soft">{words.say('compare-few')}</p>}
        {[...(value?.keys() ?? [])].map((stream) => (
          <label key={stream}>
            <input
              type="checkbox"
              checked={chosen.includes(stream)}
              onChange={({ currentTarget: { checked } }) =>
                choose(checked ? [...chosen, stream] : chosen.filter((one) => one !== stream))
              }
            />
            {stream}
          </label>
        ))}
      </fieldset>
      {sensors.length > 0 && (
        <p class="soft">
          {words.say('compare-sensors')}: <code>{sensors.join(' ')}</code>
        </p>
      )}
      <label class="field">
        <span>{words.say('compare-checks')}</span>
        <textarea name="checks" rows={3} spellcheck={false} />
      </label>
      <Amount name="every" label={words.say('compare-every')} value={60} />
      <Amount name="alarmsPerDay" label={words.say('alarms-per-day')} value={usualRules.alarmsPerDay} />
    </ConfirmDialog>
  );
}
