import type { Health, HealthCheck } from '../../api/settings.ts';
import { Mark } from '../../components/mark.tsx';
import { language } from '../../i18n/language.ts';
import { words } from './words.ts';

const tiers = { ok: 'affirming', warning: 'warning', failing: 'contraindicated' } as const;
const stocks: ReadonlySet<string> = new Set(['store', 'log', 'sessions', 'evidence']);
const statusWords = {
  ready: 'status-ready',
  degraded: 'status-degraded',
  'not ready': 'status-not-ready',
} as const;
const statusTiers = { ready: 'affirming', degraded: 'warning', 'not ready': 'contraindicated' } as const;

/** What of the site is well, and what is not. */
export function SiteHealth({ health: { status, checks } }: { health: Health }) {
  const isStock = (check: HealthCheck) => stocks.has(check.name) && check.used !== undefined;
  const kept = checks.filter(isStock);
  return (
    <>
      <section class="panel" aria-labelledby="health-title">
        <h2 id="health-title">{words.say('health-title')}</h2>
        <p class="invariants-outcome">
          <Mark tier={statusTiers[status]} /> {words.say(statusWords[status])}
        </p>
        <CheckTable checks={checks.filter((check) => !isStock(check))} />
      </section>
      <section class="panel" aria-labelledby="retention-title">
        <h2 id="retention-title">{words.say('retention-title')}</h2>
        <p class="soft">{words.say(kept.length === 0 ? 'retention-none' : 'retention-lead')}</p>
        {kept.length > 0 && <CheckTable checks={kept} />}
      </section>
    </>
  );
}

function CheckTable({ checks }: { checks: readonly HealthCheck[] }) {
  return (
    <table class="plain-table">
      <thead>
        <tr>
          <th scope="col">{words.say('check-name')}</th>
          <th scope="col">{words.say('check-state')}</th>
          <th scope="col">{words.say('check-amount')}</th>
        </tr>
      </thead>
      <tbody>
        {checks.map((check, index) => (
          // Two warnings may have one name.
          <tr key={`${check.name} ${index}`}>
            <th scope="row">{check.name}</th>
            <td>
              <Mark tier={tiers[check.state]} /> {words.say(`state-${check.state}`)}
              {check.state !== 'ok' && <span lang="en"> · {check.message}</span>}
            </td>
            <td>{amount(check)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function amount({ name, used, limit }: HealthCheck): string {
  if (used === undefined) return '';
  if (limit === undefined) return bytes(used);
  return words.say(name === 'disk' ? 'free-of' : 'used-of', { used: bytes(used), limit: bytes(limit) });
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

function bytes(value: number): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
  return new Intl.NumberFormat(language.value, {
    style: 'unit',
    unit: units[power] ?? 'byte',
    maximumSignificantDigits: 3,
  }).format(value / 1000 ** power);
}
