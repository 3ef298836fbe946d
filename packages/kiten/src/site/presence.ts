/** One connection of a device, as the gateway reported it. */
export interface Presence {
  readonly clientId: string;
  readonly address: string;
  readonly protocol: number;
  readonly since: number;
  /** What it was let in by. */
  readonly by: 'certificate' | 'password' | 'none';
}

/** Who is connected right now. */
export class PresenceBoard {
  readonly #byDevice = new Map<string, Map<string, Presence>>();

  opened(device: string, presence: Presence): void {
    const connections = this.#byDevice.get(device);
    if (connections === undefined) this.#byDevice.set(device, new Map([[presence.clientId, presence]]));
    else connections.set(presence.clientId, presence);
  }

  closed(device: string, clientId: string): void {
    const connections = this.#byDevice.get(device);
    connections?.delete(clientId);
    if (connections?.size === 0) this.#byDevice.delete(device);
  }

  of(device: string): readonly Presence[] {
    return [...(this.#byDevice.get(device)?.values() ?? [])];
  }

  clear(): void {
    this.#byDevice.clear();
  }

  get devices(): number {
    return this.#byDevice.size;
  }
}
