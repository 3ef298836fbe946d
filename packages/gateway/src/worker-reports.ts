import type { EmitEvent, GatewayEvent } from './event.ts';
import type { GatewayReport } from './worker-messages.ts';

/** How long a session that opened or closed may wait to be told, in milliseconds. */
const sessionsWait = 5;

/**
 * What a gateway worker tells its site, in order. Sessions that open and close wait a moment for each other: to wake
 * the site up for each costs a tenth of a resumed connect. Whatever else is told takes those that wait along.
 */
export class WorkerReports {
  readonly #post: (report: GatewayReport) => void;
  #sessions: GatewayEvent[] = [];

  constructor(post: (report: GatewayReport) => void) {
    this.#post = post;
  }

  readonly emit: EmitEvent = (event) => {
    this.#sessions.push(event);
    if (event.kind !== 'session-opened' && event.kind !== 'session-closed') this.#flush();
    else if (this.#sessions.length === 1) setTimeout(() => this.#flush(), sessionsWait);
  };

  readonly send = (report: GatewayReport): void => {
    this.#flush();
    this.#post(report);
  };

  #flush(): void {
    if (this.#sessions.length === 0) return;
    const events = this.#sessions;
    this.#sessions = [];
    this.#post({ kind: 'events', events });
  }
}
