import type { Tier } from '../trust/tiers.ts';

/** The shapes of the command line, ● ○ ▲ ✖, drawn: shape, not colour, carries the meaning. */
const shapes: Readonly<Record<Tier, string>> = {
  affirming: 'M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11z',
  none: 'M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11zM8 4.2a3.8 3.8 0 1 0 0 7.6a3.8 3.8 0 0 0 0-7.6z',
  warning: 'M8 1.8L15 14H1z',
  contraindicated:
    'M3.9 1.6L8 5.7l4.1-4.1 2.3 2.3L10.300 8l4.100 4.100-2.300 2.300L8 10.300l-4.100 4.100-2.300-2.300L5.700 8 1.600 3.900z',
};

/** Always beside words, so it is hidden from those who hear the page. */
export function Mark({ tier }: { tier: Tier }) {
  return (
    <svg class="mark" data-tier={tier} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={shapes[tier]} fill-rule="evenodd" />
    </svg>
  );
}
