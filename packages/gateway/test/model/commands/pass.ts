import type { Client } from '../client.ts';
import type { Connection } from '../connection.ts';
import { ClientStep, Step } from '../step.ts';
import type { System } from '../system.ts';
import type { World } from '../world.ts';

/** Time passes, and brings about whatever is due meanwhile. */
export class PassStep extends Step {
  readonly #milliseconds: number;

  constructor(milliseconds: number) {
    super();
    this.#milliseconds = milliseconds;
  }

  override act(world: World, system: System): Promise<void> {
    return system.pass(world, this.#milliseconds);
  }

  override toString(): string {
    return `${this.#milliseconds} ms pass`;
  }
}

/** A client shows that it is alive. */
export class PingStep extends ClientStep {
  override do(_world: World, system: System, _client: Client, connection: Connection): void {
    connection.owed.push({ type: 'pingresp', differs: () => undefined });
    system.send(connection, { type: 'pingreq' });
  }

  override toString(): string {
    return `${this.id} pings`;
  }
}
