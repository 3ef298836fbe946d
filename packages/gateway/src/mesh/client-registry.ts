import { isTooOften } from '../connect-refusal.ts';
import type { Connection } from '../connection.ts';
import type { Core } from '../core.ts';
import { endOf, type OverlapEnd } from '../evidence/session-overlap.ts';
import { tellFault } from '../fault.ts';
import { endSession } from '../session-store.ts';
import { type ClaimOutcome, displace } from './claims.ts';
import type { Link } from './link.ts';
import type { DenialOfClaim, LinkMessage } from './link-message.ts';

type Of<Kind extends LinkMessage['kind']> = Extract<LinkMessage, { kind: Kind }>;

/** A client that another worker serves. */
interface Holder {
  readonly link: Link;
  readonly claim: number;
  readonly device: string;
}

/**
 * The keeper's list of who is served where, but for those that it serves itself. Everything about one client id happens
 * in turn: whoever had it has given way, and its will is published, before another one gets it.
 */
export class ClientRegistry {
  readonly #core: Core;
  readonly #holders = new Map<string, Holder>();
  /** How many clients of a device each worker serves. */
  readonly #devices = new Map<string, Map<Link, number>>();
  /** By client id, the end of what is under way. */
  readonly #turns = new Map<string, Promise<void>>();
  /** Who waits until another worker has dropped a client, by claim. */
  readonly #dropping = new Map<Link, Map<number, () => void>>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** Sessions and connections of a device at other workers. */
  elsewhere(device: string): number {
    let count = 0;
    for (const one of this.#devices.get(device)?.values() ?? []) count += one;
    return count;
  }

  /** A client that the keeper itself is to serve. At once, unless somebody else is about to, or has it. */
  claimHere(connection: Connection, clientId: string): ClaimOutcome | Promise<ClaimOutcome> {
    const { device } = connection;
    const most = this.#core.limits.connectionsPerDevice;
    const count = this.elsewhere(device.id);
    if (this.#isGoverned && count > 0 && device.connections.size + count > most)
      return { denial: 'too-many-connections' };
    const end = { ...endOf(connection), clientId };
    this.#tellOpened(device.id, end);
    if (!this.#holders.has(clientId) && !this.#turns.has(clientId)) return { claim: 0 };
    return new Promise((resolve) => {
      this.#inTurn(clientId, async () => {
        await this.#drop(clientId, end);
        resolve({ claim: 0 });
        // It takes its place before anybody else has a turn.
        await new Promise((next) => setImmediate(next));
      });
    });
  }

  claim(link: Link, asked: Of<'claim'>): void {
    const { clientId, claim, device, end } = asked;
    this.#inTurn(clientId, async () => {
      const denial = this.#denialOf(device, this.#holders.get(clientId)?.device === device ? 1 : 0);
      if (denial !== undefined) {
        link.control({ kind: 'denied', claim, code: denial });
        return;
      }
      // Whoever asks takes over from itself.
      if (this.#holders.get(clientId)?.link !== link) await this.#drop(clientId, end);
      this.#endHere(clientId, end);
      if (link.isLost) return;
      this.#hold(clientId, { link, claim, device });
      link.control({ kind: 'granted', claim });
      this.#openedElsewhere(link, device, end);
    });
  }

  /** A worker serves a client from before this keeper began. */
  held(link: Link, { clientId, claim, device, end }: Of<'held'>): void {
    if (this.#core.sessions.get(clientId)?.connection === undefined && !this.#holders.has(clientId)) {
      this.#hold(clientId, { link, claim, device });
      return;
    }
    // Two had it while nobody saw to it: the one that this keeper knows stays.
    link.control({ kind: 'drop', clientId, claim, by: end });
  }

  left(link: Link, { clientId, claim }: Of<'left'>): void {
    const holder = this.#holders.get(clientId);
    if (holder?.link === link && holder.claim === claim) this.#release(clientId, holder);
  }

  dropped(link: Link, { clientId, claim }: Of<'dropped'>): void {
    this.left(link, { kind: 'left', clientId, claim });
    const waiting = this.#dropping.get(link);
    waiting?.get(claim)?.();
    waiting?.delete(claim);
  }

  lost(link: Link): void {
    for (const [clientId, holder] of [...this.#holders])
      if (holder.link === link) this.#release(clientId, holder);
    for (const done of this.#dropping.get(link)?.values() ?? []) done();
    this.#dropping.delete(link);
  }

  get #isGoverned(): boolean {
    return this.#core.options.access === 'governed';
  }

  #denialOf(device: string, own: number): DenialOfClaim | undefined {
    const record = this.#core.device(device);
    if (!this.#isGoverned || record === undefined) return undefined;
    const { connectionsPerDevice, sessionsPerDevice } = this.#core.limits;
    if (isTooOften(this.#core, record)) return 'connects-too-often';
    const others = this.elsewhere(device) - own;
    if (record.connections.size + others >= connectionsPerDevice) return 'too-many-connections';
    return record.sessions.size + others >= sessionsPerDevice ? 'too-many-sessions' : undefined;
  }

  /** What the keeper has under that client id ends: its will is published with it. */
  #endHere(clientId: string, by: OverlapEnd): void {
    const session = this.#core.sessions.get(clientId);
    if (session === undefined) return;
    this.#core.observe();
    if (session.connection !== undefined) displace(this.#core, session.connection, by);
    endSession(this.#core, session);
    this.#core.store.settle();
  }

  async #drop(clientId: string, by: OverlapEnd): Promise<void> {
    const holder = this.#holders.get(clientId);
    if (holder === undefined) return;
    const { link, claim } = holder;
    const waiting = this.#dropping.get(link) ?? new Map<number, () => void>();
    this.#dropping.set(link, waiting);
    const dropped = new Promise<void>((resolve) => waiting.set(claim, resolve));
    link.control({ kind: 'drop', clientId, claim, by });
    if (!link.isLost) await dropped;
  }

  #inTurn(clientId: string, act: () => Promise<void>): void {
    const turn = (this.#turns.get(clientId) ?? Promise.resolve())
      .then(act)
      .catch((error: unknown) => tellFault(this.#core.emit, error, this.#core.now))
      .then(() => {
        if (this.#turns.get(clientId) === turn) this.#turns.delete(clientId);
      });
    this.#turns.set(clientId, turn);
  }

  #hold(clientId: string, holder: Holder): void {
    const before = this.#holders.get(clientId);
    if (before !== undefined) this.#release(clientId, before);
    this.#holders.set(clientId, holder);
    const devices = this.#devices.get(holder.device) ?? new Map<Link, number>();
    this.#devices.set(holder.device, devices);
    devices.set(holder.link, (devices.get(holder.link) ?? 0) + 1);
  }

  #release(clientId: string, { link, device }: Holder): void {
    this.#holders.delete(clientId);
    const devices = this.#devices.get(device);
    const left = (devices?.get(link) ?? 1) - 1;
    if (left > 0) devices?.set(link, left);
    else devices?.delete(link);
    if (devices?.size === 0) this.#devices.delete(device);
  }

  /** Those who have older connections of the device look at whether it is in two places. */
  #tellOpened(device: string, end: OverlapEnd, but?: Link): void {
    if (!this.#isGoverned) return;
    for (const link of this.#devices.get(device)?.keys() ?? [])
      if (link !== but) link.control({ kind: 'opened', device, end });
  }

  #openedElsewhere(link: Link, device: string, end: OverlapEnd): void {
    if (!this.#isGoverned) return;
    this.#tellOpened(device, end, link);
    const record = this.#core.device(device);
    if (record !== undefined) this.#core.overlap.openedElsewhere(record, end, this.#core.observe());
  }
}
