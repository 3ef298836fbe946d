import { Mark } from '../../components/mark.tsx';
import type { FleetQuery } from '../../fleet/query.ts';
import { say } from '../../i18n/language.ts';
import { showFleet } from '../../state/navigation.ts';
import { counts } from '../../state/site.ts';
import { type Tier, tiersWorstFirst } from '../../trust/tiers.ts';

/** How many devices are how well; each count shows only its own when pressed. */
export function FleetCounts({ query }: { query: FleetQuery }) {
  const { byStatus } = counts.value;
  const toggle = (tier: Tier) => {
    const statuses = query.statuses.includes(tier)
      ? query.statuses.filter((one) => one !== tier)
      : [...query.statuses, tier];
    showFleet({ ...query, statuses });
  };
  return (
    <fieldset class="counts">
      <legend class="unseen">{say('fleet.by-status')}</legend>
      {tiersWorstFirst.map((tier) => (
        <button
          key={tier}
          type="button"
          class="count"
          data-tier={tier}
          data-some={byStatus[tier] > 0}
          aria-pressed={query.statuses.includes(tier)}
          onClick={() => toggle(tier)}
        >
          <Mark tier={tier} />
          <span class="count-number">{byStatus[tier]}</span>
          <span class="count-word">{say(`tier.${tier}`)}</span>
        </button>
      ))}
    </fieldset>
  );
}
