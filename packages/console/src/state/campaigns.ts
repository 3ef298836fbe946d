import { signal } from '@preact/signals';

/** Grows whenever the site says that a campaign was decided about, or went on. */
export const campaignsTold = signal(0);
