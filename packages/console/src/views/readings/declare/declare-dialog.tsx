import { useState } from 'preact/hooks';
import { type FoundStreams, readingsApi } from '../../../api/readings.ts';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { judgingIn } from '../../../readings/judging-form.ts';
import { type WrongKeys, wrongKeysIn } from '../../../readings/pack-keys.ts';
import { type Form, forms, sourceIn } from '../../../readings/source-form.ts';
import { Amount, JudgingFields, usualRules } from './judging-fields.tsx';
import { words } from './words.ts';

/** A week. */
const lesson = 604_800;

interface DeclareDialogProps {
  /** What was found, to begin with. */
  readonly found?: FoundStreams | undefined;
  readonly onClose: (done: boolean) => void;
}

/** Asks which messages are readings, and how they are judged. */
export function DeclareDialog({ found, onClose }: DeclareDialogProps) {
  const [form, setForm] = useState<Form>((found?.form as Form | undefined) ?? 'json');
  const [wrong, setWrong] = useState<WrongKeys>();
  return (
    <ConfirmDialog
      title={words.say('declare')}
      effect={words.say('declare-effect')}
      submit={words.say('declare')}
      reason
      check={(said) => {
        const found = wrongKeysIn(said);
        setWrong(found);
        return found?.field;
      }}
      act={async (said) => {
        const declaration = { ...sourceIn(said), ...judgingIn(said) };
        await readingsApi.declare(declaration, String(said.get('reason')).trim());
        return words.say('declared', { declaration: declaration.id });
      }}
      onClose={onClose}
    >
      <Text name="id" label={words.say('name')} value={found?.name} />
      <Text name="filter" label={words.say('filter')} value={found?.filter} />
      <label class="field">
        <span>{words.say('form')}</span>
        <select
          name="form"
          value={form}
          onChange={({ currentTarget }) => setForm(currentTarget.value as Form)}
        >
          {forms.map((each) => (
            <option key={each} value={each}>
              {words.say(`form-${each}`)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{words.say(`channels-${form}`)}</span>
        <textarea name="channels" rows={3} spellcheck={false} defaultValue={found?.fields.join('\n') ?? ''} />
      </label>
      <Amount name="binSeconds" label={words.say('bin')} value={found?.binSeconds} />
      {form === 'json' && (
        <>
          <Text name="sequence" label={words.say('sequence')} value={found?.sequence} />
          <Text name="time" label={words.say('time')} value={found?.time} />
        </>
      )}
      {form === 'pack' &&
        (['key', 'keys'] as const).map((field) => (
          <Keys key={field} field={field} wrong={wrong?.field === field ? wrong : undefined} />
        ))}
      <details>
        <summary>{words.say('rules')}</summary>
        <JudgingFields rules={{ ...usualRules, learnSeconds: lesson }} />
      </details>
    </ConfirmDialog>
  );
}

/** Public keys, with what is wrong about them. */
function Keys({ field, wrong }: { field: WrongKeys['field']; wrong: WrongKeys | undefined }) {
  const told = `${field}-wrong`;
  return (
    <>
      <label class="field">
        <span>{words.say(field)}</span>
        <textarea
          name={field}
          rows={3}
          spellcheck={false}
          aria-invalid={wrong !== undefined}
          aria-describedby={wrong && told}
        />
      </label>
      {wrong !== undefined && (
        <p id={told} class="field-problem" role="alert">
          {wrong.text === undefined
            ? words.say('keys-both')
            : words.say(`${field}-wrong`, { text: wrong.text })}
        </p>
      )}
    </>
  );
}

function Text({ name, label, value = '' }: { name: string; label: string; value?: string | undefined }) {
  return (
    <label class="field">
      <span>{label}</span>
      <input name={name} autocomplete="off" spellcheck={false} defaultValue={value} />
    </label>
  );
}
