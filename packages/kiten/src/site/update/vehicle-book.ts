import type { EcuFacts } from '@kiten/update';
import type { Kysely } from 'kysely';
import type { Tables } from '../../store/tables.ts';
import { storedVehicles } from '../../store/update-vehicles.ts';

/** What a device said last of its ECUs. */
export interface VehicleFacts {
  readonly ecus: readonly EcuFacts[];
  readonly manifestAt: number;
}

/** What devices are made of and run, in memory; the store holds the same. */
export class VehicleBook {
  readonly #vehicles = new Map<string, VehicleFacts>();

  static async load(store: Kysely<Tables>): Promise<VehicleBook> {
    const book = new VehicleBook();
    for (const { device, ecus, manifestAt } of await storedVehicles(store))
      if (manifestAt !== undefined) book.put(device, { ecus: JSON.parse(ecus) as EcuFacts[], manifestAt });
    return book;
  }

  find(device: string): VehicleFacts | undefined {
    return this.#vehicles.get(device);
  }

  /** The devices that have ever asked. */
  all(): Iterable<string> {
    return this.#vehicles.keys();
  }

  /** How many have not asked since. */
  silentSince(at: number): number {
    let count = 0;
    for (const { manifestAt } of this.#vehicles.values()) if (manifestAt < at) count += 1;
    return count;
  }

  get size(): number {
    return this.#vehicles.size;
  }

  put(device: string, vehicle: VehicleFacts): void {
    this.#vehicles.set(device, vehicle);
  }
}
