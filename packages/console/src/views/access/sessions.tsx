import { useState } from 'preact/hooks';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Time } from '../../components/time.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { access, type BrowserSession } from './api.ts';
import { browserName } from './browser-name.ts';
import { closing, Rows, Section } from './section.tsx';
import { words } from './words.ts';

const heading = 'sessions-title';

/** The browsers in which one is signed in. */
export function SessionSettings() {
  const { value, problem, again } = useAnswer(access.sessions, []);
  const [asked, setAsked] = useState<BrowserSession | 'others'>();
  const others = (value ?? []).filter(({ current }) => !current);
  const close = closing(heading, () => setAsked(undefined), again);
  return (
    <Section
      id={heading}
      title={words.say('sessions-title')}
      lead={words.say('sessions-lead')}
      problem={problem}
      loading={value === undefined}
    >
      <Rows
        label={words.say('sessions-title')}
        headings={[words.say('browser'), words.say('signed-in'), words.say('seen'), words.say('ends')]}
      >
        {(value ?? []).map((session) => (
          <tr key={session.id} data-current={session.current}>
            <th scope="row">
              {browserName(session.browser)}
              <span class="soft block">
                {session.address} · {words.say(`by-${session.by}`)}
              </span>
            </th>
            <td>
              <Time at={session.createdAt} />
            </td>
            <td>
              <Time at={session.seenAt} />
            </td>
            <td>
              <Time at={session.expiresAt} />
            </td>
            <td class="row-actions">
              {session.current ? (
                <b>{words.say('this-browser')}</b>
              ) : (
                <button
                  type="button"
                  class="grave"
                  aria-label={words.say('end-of', { name: browserName(session.browser) })}
                  onClick={() => setAsked(session)}
                >
                  {words.say('end')}
                </button>
              )}
            </td>
          </tr>
        ))}
      </Rows>
      {others.length > 0 && (
        <p class="access-buttons">
          <button type="button" class="grave" onClick={() => setAsked('others')}>
            {words.say('end-others')}
          </button>
        </p>
      )}
      {asked !== undefined && (
        <ConfirmDialog
          title={
            asked === 'others'
              ? words.say('end-others')
              : words.say('session-end-title', { name: browserName(asked.browser) })
          }
          effect={words.say('session-end-effect')}
          submit={words.say('end')}
          done={words.say('session-ended')}
          grave
          act={() => (asked === 'others' ? access.endOtherSessions() : access.endSession(asked.id))}
          onClose={close}
        />
      )}
    </Section>
  );
}
