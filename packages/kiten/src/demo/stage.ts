import type { Client } from '../cli/client.ts';
import type { SiteEvent } from '../site/event-hub.ts';
import type { Chapter } from '../site/story-board.ts';
import type { FleetOrder } from './orders.ts';

/** What a scene may do: bid the fleet, and ask of the site what an operator may. */
export interface Stage {
  readonly site: Client;
  order(order: FleetOrder): void;
  /** The same as another operator, who comes in by this link. */
  invited(link: string): Promise<Client>;
}

/** A chapter, and how it comes about. */
export interface Scene extends Chapter {
  /** Seconds after the chapter before. */
  readonly after: number;
  play?(stage: Stage): Promise<void> | void;
  /** Whether an event is what had to come of it; the chapter is told then. */
  outcome?(event: SiteEvent): boolean;
}

/** An entry of the log about a device: its type, and one thing in its data. */
export function logged(type: string, device: string, data: Readonly<Record<string, unknown>> = {}) {
  return ({ type: kind, data: entry }: SiteEvent): boolean => {
    if (kind !== 'log' || entry.type !== type) return false;
    const { id } = (entry.subject ?? {}) as { id?: unknown };
    const said = (entry.data ?? {}) as Readonly<Record<string, unknown>>;
    return id === device && Object.entries(data).every(([name, value]) => said[name] === value);
  };
}
