import type { Delivery, Message } from '../message.ts';
import type { Queued } from '../queued.ts';
import type { Session } from '../session.ts';
import type { Subscription } from '../subscriptions.ts';
import type { QueueIndex } from './queue-index.ts';

/**
 * Where sessions outlive the process, if anywhere. What is handed over is written down soon; whoever promises
 * something waits until {@link durable} has reached what {@link accepted} was then.
 */
export interface SessionStore {
  /** Grows with everything that is handed over. */
  readonly accepted: number;
  /** How much of that is where it outlives the process. */
  readonly durable: number;
  /** Whether so much is on its way there that no more should come in. */
  readonly isLagging: boolean;
  /** Whether messages cannot be promised now, for want of room. */
  readonly isFull: boolean;
  /** Bytes on the disk. */
  readonly bytes: number;

  /** Starts to keep a session that lives on without a connection. Undefined: this store keeps none. */
  keep(session: Session): KeptSession | undefined;
  /** Takes a message to a kept session; it is placed once {@link settle} is called, with all others of the message. */
  offer(session: Session, delivery: Delivery): void;
  /** The message is the retained one of its topic, whomever else it is offered to. */
  retain(message: Message): void;
  clearRetained(topic: string): void;
  /** All that a message goes to has been offered. */
  settle(): void;
  /** Brings what waits for a kept session, and is on the disk only, to memory, as much as is good; then tells. */
  refill(session: Session, ready: () => void): void;
  /** Resolves when all that was handed over is durable, or cannot be. */
  close(): Promise<void>;
}

/** A session as the store keeps it: it is told of every change. */
export interface KeptSession {
  /** What waits for the session and is not in memory. */
  readonly rest: QueueIndex;
  /** It has a connection, or has none any more: life and will have changed. */
  lives(): void;
  subscribed(subscription: Subscription): void;
  unsubscribed(filter: string): void;
  /** A message got its packet identifier, and will be sent. */
  sent(queued: Queued): void;
  /** The client has a QoS 2 message. */
  received(queued: Queued, packetId: number): void;
  /** The client has released a QoS 2 message. */
  completed(packetId: number): void;
  /** The session is done with a message: it was acknowledged, has expired, or is withheld. */
  done(queued: Queued): void;
  /** So is it with all messages, and with the QoS 2 messages of the client. */
  discarded(): void;
  /** The client has sent a QoS 2 message, or has released it. */
  unreleased(packetId: number): void;
  released(packetId: number): void;
  /** There is no session any more. */
  ended(): void;
}
