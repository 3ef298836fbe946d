import type { MqttVersion, Packet } from '@kiten/wire';
import { isLarge, type Said } from './message.ts';
import type { Session, Will } from './session.ts';

/** What a client asks for in its CONNECT. */
export interface Wishes {
  readonly version: MqttVersion;
  readonly cleanStart: boolean;
  /** Seconds; what version 4 has no property for follows from its clean session. */
  readonly sessionExpiry: number;
  readonly receiveMaximum: number;
  readonly topicAliasMaximum: number;
  readonly maximumPacketSize: number;
  /** Seconds; 0 for none. */
  readonly keepAlive: number;
  readonly will: Will | undefined;
}

/** An answer that the broker owes: undefined if that packet is it, or what is wrong with it. */
export interface Owed {
  readonly type: Packet['type'];
  readonly differs: (packet: Packet) => string | undefined;
}

let count = 0;

/** A network connection, from the CONNECT on. */
export class Connection {
  readonly number = ++count;
  readonly session: Session;
  readonly wishes: Wishes;
  isOpen = true;
  /** The reason code that the broker says goodbye with, if it is the one to close. */
  goodbye: number | undefined;
  lastSentAt: number;
  /** In the order in which they were asked for; of the same type they come in that order. */
  readonly owed: Owed[] = [];
  /** What the broker's topic aliases stand for. */
  readonly aliases = new Map<number, string>();

  constructor(session: Session, wishes: Wishes, now: number) {
    this.session = session;
    this.wishes = wishes;
    this.lastSentAt = now;
  }

  get version(): MqttVersion {
    return this.wishes.version;
  }

  /** When its silence has lasted too long [MQTT-3.1.2-22]. */
  get patienceEndsAt(): number {
    const { keepAlive } = this.wishes;
    return keepAlive === 0 ? Number.POSITIVE_INFINITY : this.lastSentAt + keepAlive * 1500;
  }

  /** Whether the client doesn't take such a message: it counts as sent then [MQTT-3.1.2-25]. */
  refuses(said: Said): boolean {
    return isLarge(said) && Number.isFinite(this.wishes.maximumPacketSize);
  }
}
