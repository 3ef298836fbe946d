import { signal } from '@preact/signals';

/** Grows whenever the site says that something was decided, or has to be. */
export const decisionsTold = signal(0);

/** The events that say so. */
export const decisionEvents: ReadonlySet<string> = new Set(['brake', 'approval', 'exception']);
