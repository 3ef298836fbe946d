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

/** What passed and was refused until the next step begins, all devices together. */
export interface TrafficStep {
  readonly at: number;
  readonly allowed: number;
  readonly denied: number;
  readonly observed: number;
}

export const trafficApi = {
  history: (minutes: number) =>
    ask('GET', `/traffic/history?minutes=${minutes}`) as Promise<{
      readonly minutesEach: number;
      readonly steps: readonly TrafficStep[];
    }>,
  since: (minutes: number) => ask('GET', `/traffic?minutes=${minutes}`) as Promise<Traffic>,
};
