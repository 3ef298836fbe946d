import type { Packet } from '@kiten/wire';
import type { Client } from '../client.ts';
import type { Connection } from '../connection.ts';
import type { Sent } from '../session.ts';
import { ClientStep } from '../step.ts';
import type { System } from '../system.ts';
import type { World } from '../world.ts';

const refused = 0x80;

/** The next acknowledgement of one message that the client was sent, in any order among several. */
export class AcknowledgeStep extends ClientStep {
  readonly #index: number;
  readonly #refuses: boolean;

  /** `refuses`: with a reason code above 0x80, where it may have one (5.0). */
  constructor(id: string, index: number, refuses: boolean) {
    super(id);
    this.#index = index;
    this.#refuses = refuses;
  }

  override isPossible({ connection }: Client): boolean {
    return unacknowledged(connection).length > 0;
  }

  override do(_world: World, system: System, _client: Client, connection: Connection): void {
    const waiting = unacknowledged(connection);
    const sent = waiting[this.#index % waiting.length] as Sent;
    system.send(connection, acknowledge(connection, sent, this.#refuses));
  }

  override toString(): string {
    return `${this.id} ${this.#refuses ? 'refuses' : 'acknowledges'} ${this.#index}`;
  }
}

/** The next acknowledgement of everything that the client was sent, in one chunk. */
export class AcknowledgeAllStep extends ClientStep {
  readonly #isBackwards: boolean;

  constructor(id: string, isBackwards: boolean) {
    super(id);
    this.#isBackwards = isBackwards;
  }

  override isPossible({ connection }: Client): boolean {
    return unacknowledged(connection).length > 0;
  }

  override do(_world: World, system: System, _client: Client, connection: Connection): void {
    const waiting = unacknowledged(connection);
    if (this.#isBackwards) waiting.reverse();
    system.send(connection, ...waiting.map((sent) => acknowledge(connection, sent, false)));
  }

  override toString(): string {
    return `${this.id} acknowledges all${this.#isBackwards ? ', the latest first' : ''}`;
  }
}

/** What the client has on this connection and may acknowledge. */
function unacknowledged(connection: Connection | undefined): Sent[] {
  const sent = connection?.session.sent ?? [];
  return sent.filter(({ awaits, on, releasedOn }) => (awaits === 'pubcomp' ? releasedOn : on) === connection);
}

function acknowledge({ session, version }: Connection, sent: Sent, refuses: boolean): Packet {
  const { packetId, awaits } = sent;
  const reasonCode = refuses && version === 5 && awaits !== 'pubcomp' ? refused : 0;
  // [MQTT-4.4.0-2]: a refusal is the end of it.
  if (awaits === 'pubrec' && reasonCode === 0) sent.awaits = 'pubcomp';
  else session.sent = session.sent.filter((each) => each !== sent);
  return { type: awaits, packetId, reasonCode, properties: {} };
}
