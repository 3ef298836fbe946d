import type { Duplex } from 'node:stream';
import { decodePacket, type Publish, reasonCodes } from '@kiten/wire';
import type { Connection } from '../connection.ts';
import type { Core } from '../core.ts';
import { type CachedDecision, hashTopic } from '../decision-cache.ts';
import { deliver } from '../delivery.ts';
import { guarded } from '../fault.ts';
import { hasExpired, type Message, messageFrom } from '../message.ts';
import type { Peer } from '../peer.ts';
import { bring, decideElsewhere } from '../router.ts';
import type { Session } from '../session.ts';
import { chooseMember, fitnessOfLink } from '../shared-delivery.ts';
import type { Statistics } from '../statistics.ts';
import { Asked } from './asked.ts';
import { Carriage } from './carriage.ts';
import { type ClaimOutcome, Claims } from './claims.ts';
import { ClientRegistry } from './client-registry.ts';
import { Link, type LinkHandler } from './link.ts';
import type { LinkMessage, MessageHead } from './link-message.ts';
import { OtherInterest } from './other-interest.ts';
import { OwnInterest } from './own-interest.ts';
import { RemotePublisher } from './remote-publisher.ts';
import { RetainedStamps } from './retained-stamps.ts';

/** Which of several workers on one port this is. The first, 0, is the keeper. */
export interface WorkerPlace {
  readonly index: number;
  readonly count: number;
}

const keeperIndex = 0;

/**
 * The other workers of the same gateway: what they have subscribers for, what they publish, and whose clients are
 * whose. The keeper holds what outlives connections: sessions and their store, wills that wait, who has which client id.
 */
export class Mesh implements LinkHandler {
  readonly place: WorkerPlace;
  readonly own: OwnInterest;
  readonly others: OtherInterest;
  readonly #core: Core;
  readonly #links = new Map<number, Link>();
  readonly #claims: Claims;
  readonly #registry: ClientRegistry;
  readonly #carriage: Carriage;
  readonly #publishers = new Map<Link, Map<number, RemotePublisher>>();
  readonly #counted = new Map<Link, Statistics>();
  readonly #syncing = new Map<Link, () => void>();
  /** Links that are gone, and whose workers are to tell anew what they have. */
  readonly #frozen = new Set<Link>();
  /** What the message that is being published waits for. */
  #asked: Asked | undefined;
  /** Tickets of others, and how far the store has to get for each. */
  #promised: { readonly position: number; readonly link: Link; readonly ticket: number }[] = [];

  constructor(core: Core, place: WorkerPlace, accept: (transport: Duplex, peer: Peer) => void) {
    this.#core = core;
    this.place = place;
    this.own = new OwnInterest(() => this.#links.values());
    this.others = new OtherInterest(core.subscriptions);
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
    const link = new Link(core, peer, transport, this);
    this.#links.set(peer, link);
    const synced = new Promise<void>((resolve) => this.#syncing.set(link, resolve));
    link.control({ kind: 'hello', keeps: core.keeps });
    this.own.tellAll(link);
    if (this.isKeeper || peer === keeperIndex) this.#tellRetained(link);
    if (peer === keeperIndex) this.#claims.tell(link);
    link.control({ kind: 'synced' });
    return synced;
  }

  /** Passes on to other workers what was published here; they do not pass it on. */
  forward(decision: CachedDecision, message: Message): void {
    if (decision.isHeard) return;
    const stamp = this.#stampOf(message);
    if (stamp === undefined) {
      for (const { link, kept } of decision.links) {
        if (kept && link.isKeeping && message.qos > 0) this.keep(link, message, message.qos);
        else if (!link.isLost) link.message(message, message.qos);
      }
      return;
    }
    const keeper = this.#links.get(keeperIndex) ?? this.#frozenKeeper;
    for (const link of this.#links.values())
      if (link !== keeper && !link.isLost) link.message(message, message.qos, { stamp });
    if (keeper === undefined) return;
    if (keeper.isKeeping && message.qos > 0) this.keep(keeper, message, message.qos, { stamp });
    else if (!keeper.isLost) keeper.message(message, message.qos, { stamp });
  }

  /** Passes a message on to another worker that keeps it; whoever waits for that is held by {@link holdAnswer}. */
  keep(link: Link, message: Message, qos: 0 | 1 | 2, more: Partial<MessageHead> = {}): void {
    this.#asked ??= new Asked();
    const done = this.#asked.one();
    if (link.isLost) queueMicrotask(() => done('lost'));
    else link.message(message, qos, { ...more, ticket: link.ticket(done) });
  }

  /** Passes a message on to the members that another worker has in a group. */
  share(link: Link, message: Message, group: string, hops = 0): void {
    const more = { group, ...(hops === 0 ? {} : { hops }) };
    const isKept = message.qos > 0 && link.isKeeping && this.others.isKept(link, group);
    if (isKept) this.keep(link, message, message.qos, more);
    else if (!link.isLost) link.message(message, message.qos, more);
  }

  /**
   * What was published just now is answered once those who keep it have it. If there is no room for it a client of
   * version 5 is told; for all other reasons the connection ends, and the client sends it again.
   */
  holdAnswer(connection: Connection): Asked | undefined {
    const asked = this.#asked;
    if (asked === undefined) return undefined;
    this.#asked = undefined;
    const release = connection.answers.reserve(() => undefined);
    asked.whenDone((outcome) => {
      if (outcome === 'lost' || (outcome === 'full' && connection.version === 4))
        guarded(connection, () => connection.end('not-kept', reasonCodes.serverBusy));
      release();
    });
    return asked;
  }

  /** Nobody waits for what was published just now. */
  forgetAnswer(): void {
    this.#asked = undefined;
  }

  /** A publication or an answer to a SUBSCRIBE waits until every worker knows what is subscribed to here. */
  holdSubscribed(connection: Connection): void {
    if (!this.own.isUnconfirmed) return;
    this.own.whenConfirmed(connection.answers.reserve(() => undefined));
  }

  /** More is on the disk. */
  committed(): void {
    const { durable } = this.#core.store;
    while (this.#promised.length > 0 && (this.#promised[0]?.position ?? 0) <= durable) {
      const { link, ticket } = this.#promised.shift() as { link: Link; ticket: number };
      link.control({ kind: 'done', ticket, taken: true });
    }
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

  run(link: Link, origin: number, packets: Buffer, count: number, largest: number): void {
    this.#publishers.get(link)?.get(origin)?.run(packets, count, largest);
  }

  packet(link: Link, origin: number, packet: Buffer): void {
    this.#publishers.get(link)?.get(origin)?.packet(packet);
  }

  message(link: Link, head: MessageHead, packet: Buffer): void {
    const core = this.#core;
    const { ticket } = head;
    if (ticket !== undefined && core.store.isFull) {
      link.control({ kind: 'done', ticket, taken: false });
      return;
    }
    const message = messageIn(core, head, packet);
    if (head.stamp !== undefined) core.retained.take(message, head.stamp);
    if (head.group !== undefined) this.#bringToGroup(head.group, message, head.hops ?? 0);
    else if (head.isOld !== true) bring(core, decisionFor(core, message), message);
    core.store.settle();
    if (ticket === undefined) return;
    this.#promised.push({ position: core.store.accepted, link, ticket });
    this.committed();
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
      case 'origin': {
        const publishers = this.#publishers.get(link) ?? new Map<number, RemotePublisher>();
        this.#publishers.set(link, publishers);
        const { origin, device, clientId, version } = message;
        const record = this.#core.publisher(device);
        publishers.set(origin, new RemotePublisher(this.#core, record, clientId, version));
        return;
      }
      case 'origin-gone':
        this.#publishers.get(link)?.delete(message.origin);
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
    this.#publishers.delete(link);
    this.#counted.delete(link);
    this.#promised = this.#promised.filter((one) => one.link !== link);
    this.others.lost(link);
    this.#frozen.add(link);
    this.#carriage.lost(link);
    this.#registry.lost(link);
    if (link.peer === keeperIndex) this.#claims.keeperLost();
    this.#syncing.get(link)?.();
    this.#syncing.delete(link);
    this.own.noted();
  }

  get #frozenKeeper(): Link | undefined {
    return [...this.#frozen].find(({ peer }) => peer === keeperIndex);
  }

  /** A worker is back, and has begun to tell: what its predecessor had does not count any more. */
  #thaw({ peer }: Link): void {
    for (const link of this.#frozen) {
      if (link.peer !== peer) continue;
      this.others.forget(link);
      this.#frozen.delete(link);
    }
  }

  #tellRetained(link: Link): void {
    const { retained, lifeTime } = this.#core;
    for (const message of retained.all()) {
      const stamp = retained.stampOf(message.topic);
      if (stamp !== undefined && !hasExpired(message, lifeTime))
        link.message(message, message.qos, { stamp, isOld: true });
    }
    for (const [topic, stamp] of retained.stamps?.allCleared ?? [])
      link.message(clearing(this.#core, topic), 0, { stamp, isOld: true });
  }

  /** Of a message that is retained here, or clears what was. */
  #stampOf(message: Message): number | undefined {
    const { retained } = this.#core;
    if (!message.retain) return undefined;
    const isIt = message.payload.length === 0 || retained.current(message.topic) === message;
    return isIt ? retained.stampOf(message.topic) : undefined;
  }

  /** Brings a message to one of our members of a group, or on to where there are others: they may just have gone. */
  #bringToGroup(filter: string, message: Message, hops: number): void {
    const core = this.#core;
    const group = core.subscriptions.group(filter);
    if (group === undefined) return;
    const decision = decisionFor(core, message);
    const recipient = chooseMember(core, decision, { group, members: new Map() }, message, true);
    if (recipient === undefined) {
      if (hops >= this.place.count) return;
      const member = group.choose((each) =>
        each.session.link === undefined ? 0 : fitnessOfLink(core, each, message.qos),
      );
      if (member?.session.link !== undefined) this.share(member.session.link, message, filter, hops + 1);
      this.forgetAnswer();
      return;
    }
    const { session, identifiers, note, qos: most } = recipient;
    const qos = message.qos < most ? message.qos : most;
    const retain = recipient.retainAsPublished && message.retain;
    deliver(core, session, { message, qos, retain, identifiers, note, group });
  }
}

function decisionFor(core: Core, { topic, publisher, clientId, will }: Message): CachedDecision {
  const bytes = Buffer.from(topic);
  const written = { text: topic, bytes, hash: hashTopic(bytes, 0, bytes.length) };
  return decideElsewhere(core, { device: publisher, clientId }, written, will);
}

function clearing(core: Core, topic: string): Message {
  const nothing = { qos: 0, retain: true, will: false, properties: {}, expiresAt: undefined } as const;
  return { ...nothing, topic, payload: Buffer.alloc(0), publisher: core.broker, clientId: '' };
}

function messageIn(core: Core, head: MessageHead, bytes: Buffer): Message {
  let body = 1;
  while ((bytes[body++] as number) >= 0x80);
  const packet = decodePacket(bytes[0] as number, bytes.subarray(body), 5, 'client') as Publish;
  const { device, clientId, will = false, expiresAt } = head;
  const publisher = core.publisher(device);
  return { ...messageFrom(packet, { publisher, clientId, now: 0, will }), expiresAt };
}
