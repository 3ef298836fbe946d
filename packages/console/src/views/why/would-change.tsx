import { verdictRules } from '@kiten/trust';
import type { Finding } from '../../api/types.ts';
import { Mark } from '../../components/mark.tsx';
import { Filled } from '../../components/sentence.tsx';
import { Time } from '../../components/time.tsx';
import { language } from '../../i18n/language.ts';
import type { ClaimName } from '../../trust/claims.ts';
import { tierOf } from '../../trust/tiers.ts';
import { roleName } from './names.ts';
import { words } from './words.ts';

/** What would change a claim: of each finding that counts, and of what does not count yet. */
export function WouldChange({ claim, findings }: { claim: ClaimName; findings: readonly Finding[] }) {
  return (
    <section class="panel would-change" aria-labelledby="change-title">
      <h2 id="change-title">{words.say('change-title')}</h2>
      <ul>
        {findings.map((finding) => (
          <Change key={`${finding.code} ${finding.aspect} ${finding.appraiser}`} finding={finding} />
        ))}
        {findings.length === 0 && (
          <li>
            <p>{words.say('change-none', { claim })}</p>
          </li>
        )}
      </ul>
      <p class="soft">
        <Entitled claim={claim} />
      </p>
    </section>
  );
}

function Change({ finding }: { finding: Finding }) {
  const { code, appraiser, holdsUntil, sentence, value } = finding;
  const tier = tierOf(value);
  const isAdverse = tier === 'warning' || tier === 'contraindicated';
  return (
    <li data-tier={tier}>
      <p>
        <Mark tier={tier} /> <b>{code}</b>
      </p>
      <p>{sentence[language.value].remedy}</p>
      <p class="soft">
        {isAdverse ? words.say('change-stands', { appraiser }) : words.say('change-newer', { appraiser })}{' '}
        {holdsUntil !== undefined && (
          <Filled template={words.template('change-lapses')} parts={{ time: <Time at={holdsUntil} /> }} />
        )}
      </p>
    </li>
  );
}

/** Whose word the published rules let count for a claim. */
function Entitled({ claim }: { claim: ClaimName }) {
  const roles = verdictRules.rules.flatMap(({ head: [predicate, role, about] }) =>
    predicate === 'entitled' && about === claim && typeof role === 'string' ? [role] : [],
  );
  if (roles.length === 0) return <>{words.say('change-nobody', { claim })}</>;
  const list = new Intl.ListFormat(language.value, { type: 'disjunction' }).format(roles.map(roleName));
  return <>{words.say('change-who', { claim, roles: list })}</>;
}
