import { say } from '../i18n/language.ts';
import type { Standing } from '../trust/standing.ts';
import type { Tier } from '../trust/tiers.ts';
import { Mark } from './mark.tsx';

/** A verdict's status in shape, colour and words. */
export function Status({ tier, overdue = false }: { tier: Tier; overdue?: boolean }) {
  return (
    <span class="status" data-tier={tier}>
      <Mark tier={tier} />
      <span class="status-word">{say(`tier.${tier}`)}</span>
      {overdue && (
        <span class="tag" title={say('overdue-why')}>
          {say('overdue')}
        </span>
      )}
    </span>
  );
}

/** A device's standing; only what is out of the ordinary stands out. */
export function StandingTag({ standing }: { standing: Standing }) {
  return (
    <span class="standing" data-standing={standing}>
      {say(`standing.${standing}`)}
    </span>
  );
}
