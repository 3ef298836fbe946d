import { decodePacket, type Publish } from '@kiten/wire';
import type { Core } from '../core.ts';
import { type CachedDecision, hashTopic } from '../decision-cache.ts';
import { deliver } from '../delivery.ts';
import { type Message, messageFrom } from '../message.ts';
import { bring, decideElsewhere } from '../router.ts';
import { chooseMember, fitnessOfLink } from '../shared-delivery.ts';
import type { Link, MessageHandler } from './link.ts';
import type { MessageHead, OriginMessage } from './link-message.ts';
import type { Outward } from './outward.ts';
import { RemotePublisher } from './remote-publisher.ts';

/** What other workers' clients publish, and what of it is promised to be kept. */
export class Inward implements MessageHandler {
  readonly #core: Core;
  readonly #outward: Outward;
  readonly #workers: number;
  readonly #publishers = new Map<Link, Map<number, RemotePublisher>>();
  /** Tickets of others, and how far the store has to get for each. */
  #promised: { readonly position: number; readonly link: Link; readonly ticket: number }[] = [];

  constructor(core: Core, outward: Outward, workers: number) {
    this.#core = core;
    this.#outward = outward;
    this.#workers = workers;
  }

  /** Somebody publishes what follows under a number. */
  origin(link: Link, { origin, device, clientId, version }: OriginMessage): void {
    const publishers = this.#publishers.get(link) ?? new Map<number, RemotePublisher>();
    this.#publishers.set(link, publishers);
    publishers.set(origin, new RemotePublisher(this.#core, this.#core.publisher(device), clientId, version));
  }

  originGone(link: Link, origin: number): void {
    this.#publishers.get(link)?.delete(origin);
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

  /** More is on the disk. */
  committed(): void {
    const { durable } = this.#core.store;
    while (this.#promised.length > 0 && (this.#promised[0]?.position ?? 0) <= durable) {
      const { link, ticket } = this.#promised.shift() as { link: Link; ticket: number };
      link.control({ kind: 'done', ticket, taken: true });
    }
  }

  lost(link: Link): void {
    this.#publishers.delete(link);
    this.#promised = this.#promised.filter((one) => one.link !== link);
  }

  /** Brings a message to one of our members of a group, or on to where there are others: they may just have gone. */
  #bringToGroup(filter: string, message: Message, hops: number): void {
    const core = this.#core;
    const group = core.subscriptions.group(filter);
    if (group === undefined) return;
    const decision = decisionFor(core, message);
    const recipient = chooseMember(core, decision, { group, members: new Map() }, message, true);
    if (recipient === undefined) {
      if (hops >= this.#workers) return;
      const member = group.choose((each) =>
        each.session.link === undefined ? 0 : fitnessOfLink(core, each, message.qos),
      );
      if (member?.session.link !== undefined)
        this.#outward.share(member.session.link, message, filter, hops + 1);
      this.#outward.forgetAnswer();
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

function messageIn(core: Core, head: MessageHead, bytes: Buffer): Message {
  let body = 1;
  while ((bytes[body++] as number) >= 0x80);
  const packet = decodePacket(bytes[0] as number, bytes.subarray(body), 5, 'client') as Publish;
  const { device, clientId, will = false, expiresAt } = head;
  const publisher = core.publisher(device);
  return { ...messageFrom(packet, { publisher, clientId, now: 0, will }), expiresAt };
}
