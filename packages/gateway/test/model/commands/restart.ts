import { noProperties } from '@kiten/wire';
import { Step } from '../step.ts';
import type { System } from '../system.ts';
import type { World } from '../world.ts';

/** The gateway ends and is there again, on what it has stored. */
export class RestartStep extends Step {
  readonly #isCrash: boolean;

  constructor(isCrash: boolean) {
    super();
    this.#isCrash = isCrash;
  }

  override async act(world: World, system: System): Promise<void> {
    // When the wills of those who are there are published then is left open (MQTT 5.0 §3.1.2.5): they leave before.
    for (const connection of world.connections) {
      if (!connection.isOpen || connection.wishes.will === undefined) continue;
      system.send(connection, { type: 'disconnect', reasonCode: 0, properties: noProperties });
      world.broker.disconnect(connection, { isInOrder: true });
    }
    await system.settle(world);
    await system.restart(world, this.#isCrash);
  }

  override toString(): string {
    return this.#isCrash ? 'the gateway crashes' : 'the gateway restarts';
  }
}
