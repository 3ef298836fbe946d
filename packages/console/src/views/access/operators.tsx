import { useState } from 'preact/hooks';
import { type Confirmation, ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Time } from '../../components/time.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { say, times } from '../../i18n/language.ts';
import { session } from '../../state/session.ts';
import { access, type ListedOperator, type Role, roles, type SignInLink } from './api.ts';
import { focusHeading, Rows, Section, ShownOnce } from './section.tsx';
import { words } from './words.ts';

const heading = 'operators-title';

const ways = ['role', 'link', 'sign-out', 'remove'] as const;
/** The role comes from elsewhere, and so does whoever comes in. */
const waysOfManaged = ['sign-out', 'remove'] as const;

type Asked =
  | { readonly what: 'add' }
  | { readonly what: 'role' | 'remove' | 'link' | 'sign-out'; readonly of: ListedOperator };

/** Who may do what at the site. Whoever does not administer it sees them. */
export function OperatorSettings() {
  const { value, problem, again } = useAnswer(access.operators, []);
  const [asked, setAsked] = useState<Asked>();
  const [link, setLink] = useState<SignInLink & { name: string }>();
  const current = session.value;
  const me = current.state === 'signed-in' ? current.operator : undefined;
  const administers = me?.role === 'administrator';
  const close = async (done: boolean) => {
    setAsked(undefined);
    if (!done) return;
    await again();
    if (link === undefined) focusHeading(heading);
  };
  return (
    <Section
      id={heading}
      title={words.say('operators-title')}
      lead={words.say(administers ? 'operators-lead' : 'operators-lead-others')}
      problem={problem}
      loading={value === undefined}
    >
      <Rows
        label={words.say('operators-title')}
        headings={[
          words.say('name'),
          words.say('role'),
          words.say('seen'),
          words.say('sessions-title'),
          words.say('tokens-title'),
        ]}
      >
        {(value ?? []).map((one) => (
          <tr key={one.name}>
            <th scope="row">
              {one.name}
              {one.managedBy !== undefined && (
                <span class="soft block">{words.say('operator-managed', { issuer: one.managedBy })}</span>
              )}
              {one.name === me?.operator && <span class="soft block">{words.say('oneself')}</span>}
            </th>
            <td>{say(`role.${one.role}`)}</td>
            <td>{one.seenAt === undefined ? words.say('never') : <Time at={one.seenAt} />}</td>
            <td class="number">{one.sessions}</td>
            <td class="number">{one.tokens}</td>
            <td class="row-actions">
              {administers &&
                (one.managedBy === undefined ? ways : waysOfManaged).map((what) => (
                  <button
                    key={what}
                    type="button"
                    class={what === 'remove' ? 'grave' : undefined}
                    aria-label={words.say(`operator-${what}-of`, { name: one.name })}
                    onClick={() => setAsked({ what, of: one })}
                  >
                    {words.say(`operator-${what}`)}
                  </button>
                ))}
            </td>
          </tr>
        ))}
      </Rows>
      {link !== undefined && (
        <ShownOnce
          title={words.say('operator-link-title', { name: link.name })}
          note={words.say('operator-link-note', { time: times.value.short(link.expiresAt, Date.now()) })}
          text={link.link}
          onDone={() => {
            setLink(undefined);
            focusHeading(heading);
          }}
        />
      )}
      {administers && link === undefined && (
        <p class="access-buttons">
          <button type="button" class="primary" onClick={() => setAsked({ what: 'add' })}>
            {words.say('operator-add')}
          </button>
        </p>
      )}
      {asked !== undefined && (
        <ConfirmDialog {...confirmation(asked, setLink)} onClose={close}>
          {asked.what === 'add' && (
            <>
              <label for="operator-name">{words.say('name')}</label>
              <input
                id="operator-name"
                name="name"
                maxLength={64}
                pattern="[A-Za-z0-9._@\-]{1,64}"
                autocomplete="off"
                autocapitalize="off"
                spellcheck={false}
                required
              />
            </>
          )}
          {(asked.what === 'add' || asked.what === 'role') && (
            <>
              <label for="operator-role">{words.say('role')}</label>
              <select id="operator-role" name="role">
                {roles.map((role) => (
                  <option
                    key={role}
                    value={role}
                    selected={role === (asked.what === 'role' ? asked.of.role : 'viewer')}
                  >
                    {say(`role.${role}`)}: {words.say(`may-${role}`)}
                  </option>
                ))}
              </select>
            </>
          )}
        </ConfirmDialog>
      )}
    </Section>
  );
}

function confirmation(asked: Asked, setLink: (link: SignInLink & { name: string }) => void): Confirmation {
  const name = asked.what === 'add' ? '' : asked.of.name;
  const text = (form: FormData, field: string) => String(form.get(field) ?? '').trim();
  const role = (form: FormData) => text(form, 'role') as Role;
  const common = {
    title: words.say(`operator-${asked.what}-title`, { name }),
    effect: words.say(`operator-${asked.what}-effect`, { name }),
    submit: words.say(`operator-${asked.what}`),
    done: words.say(`operator-${asked.what}-done`, { name }),
  };
  switch (asked.what) {
    case 'add':
      return {
        ...common,
        reason: true,
        async act(form) {
          const added = text(form, 'name');
          setLink({ name: added, ...(await access.addOperator(added, role(form), text(form, 'reason'))) });
        },
      };
    case 'role':
      return {
        ...common,
        reason: true,
        act: (form) => access.changeRole(name, role(form), text(form, 'reason')),
      };
    case 'remove':
      return {
        ...common,
        reason: true,
        grave: true,
        act: (form) => access.removeOperator(name, text(form, 'reason')),
      };
    case 'link':
      return { ...common, act: async () => setLink({ name, ...(await access.linkFor(name)) }) };
    case 'sign-out':
      return { ...common, grave: true, act: () => access.signOut(name) };
  }
}
