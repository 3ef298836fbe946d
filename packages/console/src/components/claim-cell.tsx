import { say } from '../i18n/language.ts';
import { tierOf } from '../trust/tiers.ts';
import { Mark } from './mark.tsx';
import { signed } from './signed.ts';

/** One claim of one device in the heat strip. */
export function ClaimCell({ value }: { value: number }) {
  const tier = tierOf(value);
  return (
    <span class="heat" data-tier={tier}>
      <Mark tier={tier} />
      <span class="unseen">{say(`tier.${tier}`)} </span>
      {value !== 0 && <span class="heat-value">{signed(value)}</span>}
    </span>
  );
}
