import type { Connection } from '../connection.ts';
import type { Core } from '../core.ts';
import { endOf, type OverlapEnd } from '../evidence/session-overlap.ts';
import { reportFault } from '../fault.ts';
import type { Session } from '../session.ts';
import type { Link } from './link.ts';
import type { DenialOfClaim, LinkMessage } from './link-message.ts';

/** What became of a claim: its number, or why not. */
export type ClaimOutcome = { readonly claim: number } | { readonly denial: DenialOfClaim };

type Drop = Extract<LinkMessage, { kind: 'drop' }>;

interface Pending {
  readonly clientId: string;
  readonly resolve: (outcome: ClaimOutcome) => void;
  readonly reject: (error: Error) => void;
}

/** The client ids that this worker serves, as far as it has them from the keeper. */
export class Claims {
  readonly #core: Core;
  readonly #pending = new Map<number, Pending>();
  /** Claims that were granted in this turn, and used. */
  readonly #entered = new Set<number>();
  readonly #held = new Map<Session, { readonly claim: number; readonly end: OverlapEnd }>();
  #last = 0;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Asks the keeper. Rejects if it cannot tell. */
  ask(keeper: Link | undefined, connection: Connection, clientId: string): Promise<ClaimOutcome> {
    return new Promise((resolve, reject) => {
      if (keeper === undefined || keeper.isLost) {
        reject(new Error('The worker that keeps sessions is not there.'));
        return;
      }
      const claim = ++this.#last;
      this.#pending.set(claim, { clientId, resolve, reject });
      keeper.control({
        kind: 'claim',
        claim,
        clientId,
        device: connection.device.id,
        end: { ...endOf(connection), clientId },
      });
    });
  }

  granted(keeper: Link, claim: number): void {
    const pending = this.#pending.get(claim);
    this.#pending.delete(claim);
    if (pending === undefined) return;
    pending.resolve({ claim });
    setImmediate(() => {
      // It did not wait for the answer.
      if (!this.#entered.delete(claim)) keeper.control({ kind: 'left', clientId: pending.clientId, claim });
    });
  }

  denied(claim: number, denial: DenialOfClaim): void {
    this.#pending.get(claim)?.resolve({ denial });
    this.#pending.delete(claim);
  }

  /** The session that a claim was for is there. */
  entered(session: Session, claim: number): void {
    const { connection } = session;
    if (connection === undefined || claim === 0) return;
    this.#held.set(session, { claim, end: endOf(connection) });
    this.#entered.add(claim);
  }

  left(keeper: Link | undefined, session: Session): void {
    const held = this.#held.get(session);
    if (held === undefined) return;
    this.#held.delete(session);
    keeper?.control({ kind: 'left', clientId: session.clientId, claim: held.claim });
  }

  /** The client comes to another worker, or to a session that outlives connections: it gives way here. */
  drop(keeper: Link, { clientId, claim, by }: Drop): void {
    // What was granted right before has to be there first.
    setImmediate(() => {
      const session = this.#core.sessions.get(clientId);
      if (session?.connection !== undefined && this.#held.get(session)?.claim === claim)
        displace(this.#core, session.connection, by);
      keeper.control({ kind: 'dropped', clientId, claim });
    });
  }

  /** The keeper is there, for the first time or again. */
  tell(keeper: Link): void {
    for (const [{ clientId, device }, { claim, end }] of this.#held)
      keeper.control({ kind: 'held', clientId, device: device.id, claim, end });
  }

  keeperLost(): void {
    for (const { reject } of this.#pending.values())
      reject(new Error('The worker that keeps sessions is gone.'));
    this.#pending.clear();
  }
}

/** Ends a connection because its client id is used anew, at another worker. */
export function displace(core: Core, connection: Connection, by: OverlapEnd): void {
  core.observe();
  try {
    if (core.options.access === 'governed') core.overlap.displaced(connection, by, core.now);
    connection.end('taken-over', 0x8e);
  } catch (error) {
    reportFault(connection, error);
  }
}
