import { gatewayWith } from '../../src/gateway.ts';
import { createGateway, type Gateway, type StoredGatewayOptions } from '../../src/index.ts';
import { limitsFrom } from '../../src/limits.ts';
import { storeLimits } from '../../src/open-gateway.ts';
import type { DiskStore } from '../../src/persistence/disk-store.ts';
import { openDiskStore } from '../../src/persistence/open-disk-store.ts';

/** Opens gateways as `openGateway` does, and knows whether their store has anything under way. */
export class WatchedStore {
  #store: DiskStore | undefined;

  readonly open = async ({ storeDirectory, ...options }: StoredGatewayOptions): Promise<Gateway> => {
    if (storeDirectory === undefined) return createGateway(options);
    const limits = { ...storeLimits, ...options.limits };
    const { segmentBytes } = limitsFrom(limits);
    const opened = await openDiskStore({ directory: storeDirectory, segmentBytes });
    return gatewayWith(
      { ...options, limits },
      {
        ...opened,
        attach: (host) => {
          this.#store = opened.attach(host) as DiskStore;
          return this.#store;
        },
      },
    );
  };

  /** Without a store there is always rest. */
  get isAtRest(): boolean {
    return this.#store?.isAtRest ?? true;
  }

  /** How much was handed over so far; without a store, nothing. */
  get accepted(): number {
    return this.#store?.accepted ?? 0;
  }

  /** Resolves when all that was handed over or asked for so far is written or read, however long that takes. */
  async rested(): Promise<void> {
    await this.#store?.rested();
  }
}
