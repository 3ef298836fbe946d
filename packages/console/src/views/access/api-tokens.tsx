import type { TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import type { Problem } from '../../api/problem.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { Time } from '../../components/time.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { say } from '../../i18n/language.ts';
import { announce } from '../../state/announcements.ts';
import { refusal } from '../../state/session.ts';
import { type ApiToken, access, scopes } from './api.ts';
import { closing, focusHeading, Rows, Section, ShownOnce } from './section.tsx';
import { words } from './words.ts';

const heading = 'tokens-title';
const DAY = 86_400;
const lifetimes = [7, 30, 90, 365] as const;

/** Tokens by which programs speak to the API for oneself. */
export function ApiTokenSettings() {
  const { value, problem, again } = useAnswer(access.tokens, []);
  const [asked, setAsked] = useState<ApiToken>();
  const [secret, setSecret] = useState<string>();
  const close = closing(heading, () => setAsked(undefined), again);
  return (
    <Section
      id={heading}
      title={words.say('tokens-title')}
      lead={words.say('tokens-lead')}
      problem={problem}
      loading={value === undefined}
    >
      {value !== undefined && value.length > 0 && (
        <Rows
          label={words.say('tokens-title')}
          headings={[words.say('name'), words.say('scopes'), words.say('ends'), words.say('used')]}
        >
          {value.map((token) => (
            <tr key={token.id}>
              <th scope="row">
                {token.name}
                <code class="soft block">{token.id}</code>
              </th>
              <td>{token.scopes.join(', ')}</td>
              <td>{token.expiresAt === undefined ? words.say('never') : <Time at={token.expiresAt} />}</td>
              <td>{token.usedAt === undefined ? words.say('never') : <Time at={token.usedAt} />}</td>
              <td class="row-actions">
                <button
                  type="button"
                  class="grave"
                  aria-label={words.say('revoke-of', { name: token.name })}
                  onClick={() => setAsked(token)}
                >
                  {words.say('revoke')}
                </button>
              </td>
            </tr>
          ))}
        </Rows>
      )}
      {value?.length === 0 && <p>{words.say('tokens-none')}</p>}
      {secret === undefined ? (
        <NewToken
          made={async (token) => {
            setSecret(token);
            await again();
          }}
        />
      ) : (
        <ShownOnce
          title={words.say('token')}
          note={words.say('token-keep')}
          text={secret}
          onDone={() => {
            setSecret(undefined);
            focusHeading(heading);
          }}
        />
      )}
      {asked !== undefined && (
        <ConfirmDialog
          title={words.say('token-revoke-title', { name: asked.name })}
          effect={words.say('token-revoke-effect')}
          submit={words.say('revoke')}
          done={words.say('token-revoked', { name: asked.name })}
          grave
          act={() => access.revokeToken(asked.id)}
          onClose={close}
        />
      )}
    </Section>
  );
}

function NewToken({ made }: { made: (token: string) => Promise<void> }) {
  const [wrong, setWrong] = useState(false);
  const [waiting, setWaiting] = useState(false);
  const [problem, setProblem] = useState<Problem>();

  async function create(event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = String(form.get('name') ?? '').trim();
    const chosen = form.getAll('scope').map(String);
    const days = Number(form.get('days'));
    setWrong(name === '' || chosen.length === 0);
    if (name === '' || chosen.length === 0) return;
    setWaiting(true);
    setProblem(undefined);
    try {
      const lifetime = days > 0 ? { ttlSeconds: days * DAY } : {};
      const { token } = await access.createToken({ name, scopes: chosen, ...lifetime });
      announce(words.say('token-made', { name }));
      await made(token);
    } catch (error) {
      setProblem(refusal(error));
      setWaiting(false);
    }
  }

  return (
    <form class="access-form" onSubmit={create} noValidate>
      <label class="field">
        <span>{words.say('token-name')}</span>
        <input class="access-name" name="name" maxLength={64} autocomplete="off" required />
      </label>
      <label class="field">
        <span>{words.say('token-lifetime')}</span>
        <select name="days" defaultValue="90">
          {lifetimes.map((days) => (
            <option key={days} value={days}>
              {words.say('days', { count: String(days) })}
            </option>
          ))}
          <option value="0">{words.say('until-revoked')}</option>
        </select>
      </label>
      <fieldset class="scopes">
        <legend>{words.say('scopes')}</legend>
        {scopes.map((scope) => (
          <label key={scope}>
            <input type="checkbox" name="scope" value={scope} />
            <span>
              <code>{scope}</code> <span class="soft">{words.say(`scope-${scope}`)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <button type="submit" class="primary" disabled={waiting}>
        {waiting ? say('act.waiting') : words.say('token-create')}
      </button>
      {wrong && (
        <p class="field-problem" role="alert">
          {words.say('token-incomplete')}
        </p>
      )}
      {problem !== undefined && <ProblemNote problem={problem} />}
    </form>
  );
}
