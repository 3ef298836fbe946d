import { useState } from 'preact/hooks';
import { type Problem, problemOf } from '../../api/problem.ts';
import type { Operator } from '../../api/types.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { language, say, setLanguage } from '../../i18n/language.ts';
import { languages } from '../../i18n/languages.ts';
import { session, signOut } from '../../state/session.ts';
import { link, site } from '../../state/site.ts';
import { Navigation } from './navigation.tsx';

const ownNames = { en: 'English', ja: '日本語' } as const;

export function PageHeader() {
  const current = session.value;
  return (
    <header class="page-header">
      <a class="wordmark" href="#/">
        <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
          <path d="M3 26h26M16 26V5" />
          <circle cx="16" cy="26" r="5" />
        </svg>
        Kiten
      </a>
      <span class="site-name">{site.value?.site}</span>
      {current.state === 'signed-in' && <LinkState />}
      {current.state === 'signed-in' && <Navigation />}
      <span class="spring" />
      <LanguageSwitch />
      {current.state === 'signed-in' && <WhoIsHere operator={current.operator} />}
    </header>
  );
}

/** Whether what is shown follows the site: said, not hinted. */
function LinkState() {
  return (
    <span class="link-state" data-link={link.value}>
      <span class="dot" aria-hidden="true" />
      {say(`link.${link.value}`)}
    </span>
  );
}

function LanguageSwitch() {
  return (
    <fieldset class="languages">
      <legend class="unseen">{say('language')}</legend>
      {languages.map((one) => (
        <button
          key={one}
          type="button"
          lang={one}
          aria-pressed={language.value === one}
          onClick={() => setLanguage(one)}
        >
          {ownNames[one]}
        </button>
      ))}
    </fieldset>
  );
}

function WhoIsHere({ operator }: { operator: Operator }) {
  const [problem, setProblem] = useState<Problem>();
  const leave = () => signOut().catch((error: unknown) => setProblem(problemOf(error)));
  return (
    <span class="who">
      <span class="who-name">
        {say('signed-in-as', { operator: operator.operator, role: say(`role.${operator.role}`) })}
      </span>
      <button type="button" onClick={leave}>
        {say('sign-out')}
      </button>
      {problem !== undefined && <ProblemNote problem={problem} />}
    </span>
  );
}
