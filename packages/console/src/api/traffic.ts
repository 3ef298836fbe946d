import { ask } from './client.ts';

/** What one device did to one topic in the window. */
export interface TrafficRow {
  /** `*` for what found no row of its own. */
  readonly device: string;
  readonly action: string;
  readonly topic: string;
  readonly allowed: number;
  readonly denied: number;
  /** Of those allowed: would have been refused, were it not observed. */
  readonly observed: number;
}

export interface Traffic {
  readonly from: number;
  readonly until: number;
  readonly rows: readonly TrafficRow[];
  readonly more: boolean;
}

export const trafficApi = {
  since: (minutes: number) => ask('GET', `/traffic?minutes=${minutes}`) as Promise<Traffic>,
};
