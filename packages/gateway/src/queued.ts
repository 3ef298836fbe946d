import type { Delivery } from './message.ts';
import type { RetainedPart } from './retained-part.ts';

/** One QoS 1 or 2 message to one session, from when it is accepted until the session is done with it. */
export interface Queued {
  /** Which of the messages to a kept session it is; 0 if the session is not kept. */
  readonly sequence: number;
  /** The number of the message in the store. */
  readonly message: number;
  /** Bytes that it counts for in the queue. */
  readonly bytes: number;
  /** Whether other sessions get the same record of the store. */
  readonly isShared: boolean;
  /** Undefined while it is on the disk only. */
  delivery: Delivery | undefined;
  /** In its place, the retained messages that a subscription brings, as many as they are. Nothing of it is sent itself. */
  readonly retained?: RetainedPart;
  /** The identifier under which it was sent and not acknowledged; 0 if it was not sent. */
  packetId: number;
  /** It has its identifier, and waits for the disk to know it: the client was not sent it yet. */
  isHeldBack?: boolean;
}

/** One to a session that is not kept. */
export function queuedInMemory(delivery: Delivery): Queued {
  return {
    sequence: 0,
    message: 0,
    bytes: delivery.message.payload.length,
    isShared: false,
    delivery,
    packetId: 0,
  };
}
