import { noProperties, reasonCodes } from '@kiten/wire';
import type { Client } from '../client.ts';
import type { Connection } from '../connection.ts';
import { ClientStep, differs } from '../step.ts';
import type { System } from '../system.ts';
import type { World } from '../world.ts';

/** An identifier that no message has. */
const stray = 60_000;

/** PUBREL for a QoS 2 message of the client's, or for none. */
export class ReleaseStep extends ClientStep {
  readonly #index: number;
  readonly #isStray: boolean;

  constructor(id: string, index: number, isStray: boolean) {
    super(id);
    this.#index = index;
    this.#isStray = isStray;
  }

  override isPossible({ unreleased }: Client): boolean {
    return this.#isStray || unreleased.size > 0;
  }

  override do(_world: World, system: System, { unreleased }: Client, connection: Connection): void {
    const ids = [...unreleased.keys()];
    const packetId = this.#isStray ? stray : (ids[this.#index % ids.length] as number);
    unreleased.delete(packetId);
    const isKnown = connection.session.unreleased.delete(packetId);
    const code = isKnown || connection.version === 4 ? 0 : reasonCodes.packetIdentifierNotFound;
    connection.owed.push({
      type: 'pubcomp',
      differs: (packet) =>
        packet.type === 'pubcomp'
          ? differs('PUBCOMP', [packet.packetId, packet.reasonCode], [packetId, code])
          : 'PUBCOMP expected',
    });
    system.send(connection, { type: 'pubrel', packetId, reasonCode: 0, properties: noProperties });
  }

  override toString(): string {
    return `${this.id} releases ${this.#isStray ? 'what nobody knows' : this.#index}`;
  }
}
