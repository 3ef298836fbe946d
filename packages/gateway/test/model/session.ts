import type { Connection } from './connection.ts';
import type { Due, Form, Grant } from './due.ts';
import type { Said } from './message.ts';

/** A PUBLISH with QoS 1 or 2 that a client was sent and has not wholly acknowledged. */
export interface Sent {
  readonly packetId: number;
  readonly due: Due;
  readonly form: Form;
  awaits: 'puback' | 'pubrec' | 'pubcomp';
  /** Where it was sent last. */
  on: Connection;
  /** Where PUBREL was sent last. */
  releasedOn: Connection | undefined;
  /** The message was shared and the connection lost: another member may have it now (MQTT 5.0 §4.8.2). */
  mayBeElsewhere: boolean;
}

export interface Will extends Said {
  /** Seconds. */
  readonly delay: number;
}

/** The state of a client that outlives its connections (MQTT 5.0 §4.1). */
export class Session {
  readonly clientId: string;
  connection: Connection | undefined;
  /** Seconds. */
  expiry = 0;
  /** Milliseconds since the Unix epoch, while there is no connection. */
  endsAt = Number.POSITIVE_INFINITY;
  /** A will whose connection is lost, until its delay is over. */
  will: { readonly said: Said; readonly dueAt: number } | undefined;
  /** By filter; those that are shared with their whole name. */
  readonly grants = new Map<string, Grant>();
  readonly shares = new Map<string, Grant>();
  due: Due[] = [];
  /** In the order in which they were sent first. */
  sent: Sent[] = [];
  /** QoS 2 messages of the client that it has not released. */
  readonly unreleased = new Set<number>();
  /** Of what was sent live: the latest message of each publisher on each topic with each QoS. */
  readonly latest = new Map<string, number>();

  constructor(clientId: string) {
    this.clientId = clientId;
  }
}
