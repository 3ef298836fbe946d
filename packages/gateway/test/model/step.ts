import type { AsyncCommand } from 'fast-check';
import type { Client } from './client.ts';
import type { Connection } from './connection.ts';
import type { System } from './system.ts';
import type { World } from './world.ts';

/** Milliseconds between steps, so that what two steps have put off isn't due at the same moment. */
const pause = 7;

/** One thing that happens: in the world as it should be, and in the system. Then everything that follows from it. */
export abstract class Step implements AsyncCommand<World, System> {
  check(_world: Readonly<World>): boolean {
    return true;
  }

  async run(world: World, system: System): Promise<void> {
    await system.pass(world, pause);
    if (this.check(world)) await this.act(world, system);
    await system.settle(world);
  }

  abstract act(world: World, system: System): void | Promise<void>;
  abstract toString(): string;
}

/** What a client does that is connected. */
export abstract class ClientStep extends Step {
  readonly id: string;

  constructor(id: string) {
    super();
    this.id = id;
  }

  override check(world: Readonly<World>): boolean {
    const client = world.client(this.id);
    return client.isConnected && this.isPossible(client);
  }

  override act(world: World, system: System): void {
    const client = world.client(this.id);
    this.do(world, system, client, client.connection as Connection);
  }

  /** Whether it can do it in its present state. */
  isPossible(_client: Client): boolean {
    return true;
  }

  abstract do(world: World, system: System, client: Client, connection: Connection): void;
}

/** Undefined if they are the same, or what a test says that compares them. */
export function differs(name: string, found: unknown, expected: unknown): string | undefined {
  const [is, should] = [JSON.stringify(found), JSON.stringify(expected)];
  return is === should ? undefined : `${name} is ${is}, not ${should}`;
}
