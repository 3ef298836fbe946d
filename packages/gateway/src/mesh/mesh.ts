import type { Duplex } from 'node:stream';
import type { Connection } from '../connection.ts';
import type { Core } from '../core.ts';
import type { Peer } from '../peer.ts';
import type { Session } from '../session.ts';
import type { Statistics } from '../statistics.ts';
import { Carriage } from './carriage.ts';
import { type ClaimOutcome, Claims } from './claims.ts';
import { ClientRegistry } from './client-registry.ts';
import { Inward } from './inward.ts';
import { Link, type LinkHandler } from './link.ts';
import type { LinkMessage } from './link-message.ts';
import { OtherInterest } from './other-interest.ts';
import { Outward } from './outward.ts';
import { OwnInterest } from './own-interest.ts';
import { RetainedStamps } from './retained-stamps.ts';
import type { WorkerPlace } from './worker-place.ts';

const keeperIndex = 0;

/**
 * The other workers of the same gateway: what they have subscribers for, what they publish, and whose clients are
 * whose. The keeper holds what outlives connections: sessions and their store, wills that wait, who has which client id.
 */
export class Mesh implements LinkHandler {
  readonly place: WorkerPlace;
  readonly own: OwnInterest;
  readonly others: OtherInterest;
  readonly outward: Outward;
  readonly #core: Core;
  readonly #links = new Map<number, Link>();
  readonly #claims: Claims;
  readonly #registry: ClientRegistry;
  readonly #carriage: Carriage;
  readonly #inward: Inward;
  readonly #counted = new Map<Link, Statistics>();
  readonly #syncing = new Map<Link, () => void>();
  /** Links that are gone, and whose workers are to tell anew what they have. */
  readonly #frozen = new Set<Link>();

  constructor(core: Core, place: WorkerPlace, accept: (transport: Duplex, peer: Peer) => void) {
    this.#core = core;
    this.place = place;
    this.own = new OwnInterest(() => this.#links.values());
    this.others = new OtherInterest(core.subscriptions);
    this.outward = new Outward(core, this.others, { all: this.#links, keeper: () => this.#keeper });
    this.#inward = new Inward(core, this.outward, place.count);
    this.#claims = new Claims(core);
    this.#registry = new ClientRegistry(core);
    this.#carriage = new Carriage(core, accept);
    core.subscriptions.watcher = this.own;
    core.retained.stamps = new RetainedStamps(place.index, () => core.now);
  }

  get isKeeper(): boolean {
    return this.place.index === keeperIndex;
  }

  /** Sums what all workers count, if this is the one that tells. */
  get statisticsElsewhere(): Iterable<Statistics> {
    return this.#counted.values();
  }

  /** Begins a link. Resolves when the other worker has told what it has. */
  join(peer: number, transport: Duplex): Promise<void> {
    const core = this.#core;
    core.observe();
    this.#links.get(peer)?.lose();
    const link = new Link(core, peer, transport, this, this.#inward);
    this.#links.set(peer, link);
    const synced = new Promise<void>((resolve) => this.#syncing.set(link, resolve));
    link.control({ kind: 'hello', keeps: core.keeps });
    this.own.tellAll(link);
    if (this.isKeeper || peer === keeperIndex) this.outward.tellRetained(link);
    if (peer === keeperIndex) this.#claims.tell(link);
    link.control({ kind: 'synced' });
    return synced;
  }

  /** A publication or an answer to a SUBSCRIBE waits until every worker knows what is subscribed to here. */
  holdSubscribed(connection: Connection): void {
    if (!this.own.isUnconfirmed) return;
    this.own.whenConfirmed(connection.answers.reserve(() => undefined));
  }

  /** More is on the disk. */
  committed(): void {
    this.#inward.committed();
  }

  /** Asks for a client id. */
  claim(connection: Connection, clientId: string): ClaimOutcome | Promise<ClaimOutcome> {
    return this.isKeeper
      ? this.#registry.claimHere(connection, clientId)
      : this.#claims.ask(this.#links.get(keeperIndex), connection, clientId);
  }

  entered(session: Session, { claim }: { readonly claim: number }): void {
    this.#claims.entered(session, claim);
  }

  left(session: Session): void {
    this.#claims.left(this.#links.get(keeperIndex), session);
  }

  /** Clients of a device at other workers, as far as this one has to know. */
  elsewhere(device: string): number {
    return this.isKeeper ? this.#registry.elsewhere(device) : 0;
  }

  /** Whether its CONNECT goes to the keeper instead, and hands the connection over if so. */
  carries(connection: Connection, connect: () => Buffer): boolean {
    if (this.isKeeper) return false;
    const keeper = this.#links.get(keeperIndex);
    if (keeper === undefined || keeper.isLost) return false;
    this.#carriage.carry(connection, keeper, connect());
    return true;
  }

  /** A client is gone. */
  forget(connection: Connection): void {
    for (const link of this.#links.values()) link.forget(connection);
  }

  /** A member of groups has come or gone. */
  refreshGroups(session: Session): void {
    for (const { filter, group } of session.subscriptions.values()) {
      const found = group === undefined ? undefined : this.#core.subscriptions.group(filter);
      if (found !== undefined) this.own.group(found);
    }
  }

  tellSystem(topics: readonly (readonly [topic: string, text: string])[]): void {
    for (const link of this.#links.values()) link.control({ kind: 'system', topics });
  }

  tellCounted(statistics: Statistics): void {
    this.#links.get(keeperIndex)?.control({ kind: 'counted', statistics });
  }

  /** Ends all links, once everything has left. */
  close(): void {
    for (const link of this.#links.values()) link.end();
  }

  control(link: Link, message: LinkMessage): void {
    switch (message.kind) {
      case 'hello':
        link.isKeeping = message.keeps;
        this.#thaw(link);
        return;
      case 'synced':
        link.isSynced = true;
        this.#syncing.get(link)?.();
        this.#syncing.delete(link);
        return;
      case 'interest':
        this.others.pattern(link, message.pattern, message.has, message.kept);
        link.hear(message.number);
        return;
      case 'group':
        this.others.group(link, message.filter, message.members, message);
        link.hear(message.number);
        return;
      case 'noted':
        link.noted = message.number;
        this.own.noted();
        return;
      case 'origin':
        this.#inward.origin(link, message);
        return;
      case 'origin-gone':
        this.#inward.originGone(link, message.origin);
        return;
      case 'done':
        link.done(message.ticket, message.taken ? 'taken' : 'full');
        return;
      case 'claim':
        this.#registry.claim(link, message);
        return;
      case 'granted':
        this.#claims.granted(link, message.claim);
        return;
      case 'denied':
        this.#claims.denied(message.claim, message.code);
        return;
      case 'drop':
        this.#claims.drop(link, message);
        return;
      case 'dropped':
        this.#registry.dropped(link, message);
        return;
      case 'left':
        this.#registry.left(link, message);
        return;
      case 'held':
        this.#registry.held(link, message);
        return;
      case 'opened': {
        const record = this.#core.device(message.device);
        if (record !== undefined) this.#core.overlap.openedElsewhere(record, message.end, this.#core.now);
        return;
      }
      case 'carry':
        this.#carriage.received(link, message.stream, message.peer);
        return;
      case 'counted':
        this.#counted.set(link, message.statistics);
        return;
      case 'system':
        this.#core.system.take(message.topics);
        return;
      default:
        this.#carriage.control(link, message);
    }
  }

  carried(link: Link, stream: number, bytes: Buffer): void {
    this.#carriage.bytes(link, stream, bytes);
  }

  lost(link: Link): void {
    if (this.#links.get(link.peer) === link) this.#links.delete(link.peer);
    this.#inward.lost(link);
    this.#counted.delete(link);
    this.others.lost(link);
    this.#frozen.add(link);
    this.#carriage.lost(link);
    this.#registry.lost(link);
    if (link.peer === keeperIndex) this.#claims.keeperLost();
    this.#syncing.get(link)?.();
    this.#syncing.delete(link);
    this.own.noted();
  }

  /** As it was, until it is back. */
  get #keeper(): Link | undefined {
    return this.#links.get(keeperIndex) ?? [...this.#frozen].find(({ peer }) => peer === keeperIndex);
  }

  /** A worker is back, and has begun to tell: what its predecessor had does not count any more. */
  #thaw({ peer }: Link): void {
    for (const link of this.#frozen) {
      if (link.peer !== peer) continue;
      this.others.forget(link);
      this.#frozen.delete(link);
    }
  }
}
