import { useState } from 'preact/hooks';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { access } from './api.ts';
import { focusHeading, Section, ShownOnce } from './section.tsx';
import { words } from './words.ts';

const heading = 'recovery-title';

/** Codes on paper, for whoever has lost the passkeys. */
export function RecoveryCodeSettings() {
  const { value, problem, again } = useAnswer(access.recoveryCodes, []);
  const [asked, setAsked] = useState(false);
  const [codes, setCodes] = useState<readonly string[]>();
  const left = value?.left ?? 0;
  return (
    <Section
      id={heading}
      title={words.say('recovery-title')}
      lead={words.say('recovery-lead')}
      problem={problem}
      loading={value === undefined}
    >
      <p>{left === 0 ? words.say('recovery-none') : words.say('recovery-left', { count: String(left) })}</p>
      {codes !== undefined && (
        <ShownOnce
          title={words.say('recovery-codes')}
          note={words.say('recovery-keep')}
          text={codes.join('\n')}
          onDone={() => {
            setCodes(undefined);
            focusHeading(heading);
          }}
        />
      )}
      {codes === undefined && (
        <p class="access-buttons">
          <button type="button" onClick={() => setAsked(true)}>
            {words.say('recovery-make')}
          </button>
        </p>
      )}
      {asked && (
        <ConfirmDialog
          title={words.say('recovery-make')}
          effect={words.say(left === 0 ? 'recovery-effect' : 'recovery-effect-again')}
          submit={words.say('recovery-submit')}
          done={words.say('recovery-made')}
          act={async () => setCodes(await access.makeRecoveryCodes())}
          onClose={(done) => {
            setAsked(false);
            if (done) void again();
          }}
        />
      )}
    </Section>
  );
}
