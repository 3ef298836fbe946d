import type { Delivery } from './message.ts';

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
  /** The identifier under which it was sent and not acknowledged; 0 if it was not sent. */
  packetId: number;
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
