import type { Clock } from '@kiten/codec';
import type { Configuration } from '../config/configuration.ts';
import type { Database } from '../store/database.ts';
import type { Warning } from './services.ts';
import type { Stock, Usage } from './usage.ts';

/** One thing that a site needs to do its work. */
export interface HealthCheck {
  readonly name: string;
  /** `warning` wants attention; `failing` keeps the site from its work. */
  readonly state: 'ok' | 'warning' | 'failing';
  readonly code?: string;
  readonly message: string;
  /** Bytes, of what has an amount and a bound. */
  readonly used?: number;
  readonly limit?: number;
}

export interface Health {
  readonly status: 'ready' | 'degraded' | 'not ready';
  readonly checks: readonly HealthCheck[];
}

export interface HealthParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly quotas: Configuration['quotas'];
  readonly measure: () => Promise<Usage>;
  /** Changes that are committed and that the log does not have yet. */
  readonly waiting: () => number;
  /** When the gateway was last heard of. */
  readonly gatewayHeardAt: () => number;
  readonly warnings: () => readonly Warning[];
  readonly isUp: () => boolean;
}

/** The gateway tells its counts every other second. */
const gatewaySilence = 15_000;
/** From this share of a quota on somebody should know. */
const nearly = 0.8;

/** What of a site is well and what is not, for people and for what watches over it. */
export class HealthDesk {
  readonly #parts: HealthParts;
  #usage: Usage | undefined;

  constructor(parts: HealthParts) {
    this.#parts = parts;
  }

  /** Looks how much room there is. It takes as long as the disk takes, so that it is done now and then. */
  async measure(): Promise<void> {
    this.#usage = await this.#parts.measure();
  }

  /** How much was taken when it was looked at last. */
  get usage(): Usage | undefined {
    return this.#usage;
  }

  async check(): Promise<Health> {
    const checks = [
      this.#running(),
      await this.#store(),
      this.#log(),
      this.#gateway(),
      ...roomChecks(this.#usage, this.#parts.quotas),
      ...this.#parts.warnings().map(asCheck),
    ];
    const isFailing = checks.some(({ state }) => state === 'failing');
    const isWarned = checks.some(({ state }) => state === 'warning');
    return { status: isFailing ? 'not ready' : isWarned ? 'degraded' : 'ready', checks };
  }

  #running(): HealthCheck {
    if (this.#parts.isUp()) return { name: 'site', state: 'ok', message: 'The site is up.' };
    return {
      name: 'site',
      state: 'failing',
      code: 'kiten/not-up',
      message: 'The site is starting or stopping.',
    };
  }

  async #store(): Promise<HealthCheck> {
    try {
      await this.#parts.database.selectFrom('facts').select('name').limit(1).execute();
      return { name: 'store', state: 'ok', message: 'The store answers.' };
    } catch {
      // Why is in the site's own log; whoever asks here may be anybody on this machine.
      const message = 'The store does not answer: nothing can be decided that has to be kept.';
      return { name: 'store', state: 'failing', code: 'kiten/store-silent', message };
    }
  }

  #log(): HealthCheck {
    const waiting = this.#parts.waiting();
    if (waiting === 0) return { name: 'log', state: 'ok', message: 'The log takes entries.' };
    const message = `${waiting} entries wait in the store, because the log cannot be written.`;
    return { name: 'log', state: 'failing', code: 'kiten/log-behind', message };
  }

  #gateway(): HealthCheck {
    const silence = this.#parts.clock.now() - this.#parts.gatewayHeardAt();
    if (silence < gatewaySilence) return { name: 'gateway', state: 'ok', message: 'The gateway is at work.' };
    const message = `The gateway was last heard of ${Math.round(silence / 1000)} s ago.`;
    return { name: 'gateway', state: 'failing', code: 'kiten/gateway-silent', message };
  }
}

function asCheck({ code, message }: Warning): HealthCheck {
  return { name: 'warning', state: 'warning', code, message };
}

const MIB = 1_048_576;

/** Room on the disk, and each stock against its quota. */
export function roomChecks(
  usage: Usage | undefined,
  quotas: Configuration['quotas'],
): readonly HealthCheck[] {
  if (usage === undefined) return [];
  const needed = quotas.diskFreeMib * MIB;
  const stocks = Object.entries(usage.stocks) as [Stock, number][];
  return [
    diskCheck(usage.diskFree, needed),
    ...stocks.map(([name, used]) => stockCheck(name, used, (quotas.stocksMib[name] ?? 0) * MIB)),
  ];
}

function diskCheck(free: number, needed: number): HealthCheck {
  const message = `${inMib(free)} are free on the disk, ${inMib(needed)} should be.`;
  const about = { name: 'disk', used: free, limit: needed };
  if (free >= needed) return { ...about, state: 'ok', message };
  return { ...about, state: free < needed / 4 ? 'failing' : 'warning', code: 'kiten/disk-short', message };
}

function stockCheck(name: Stock, used: number, limit: number): HealthCheck {
  if (limit === 0) return { name, state: 'ok', message: `${inMib(used)} used.`, used };
  const message = `${inMib(used)} of ${inMib(limit)} used.`;
  const about = { name, used, limit };
  if (used < limit * nearly) return { ...about, state: 'ok', message };
  if (used < limit) return { ...about, state: 'warning', code: 'kiten/quota-near', message };
  return { ...about, state: 'warning', code: 'kiten/quota-reached', message };
}

function inMib(bytes: number): string {
  return `${Math.floor(bytes / MIB)} MiB`;
}
