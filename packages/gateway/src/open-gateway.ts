import { createGateway, type Gateway, gatewayWith } from './gateway.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { type Limits, limitsFrom } from './limits.ts';
import { openDiskStore } from './persistence/open-disk-store.ts';

/** Options of a gateway whose sessions may outlive the process. */
export interface StoredGatewayOptions extends GatewayOptions {
  /** Is created if it is missing, and is for one gateway at a time. Without it sessions end with the process. */
  readonly storeDirectory?: string | undefined;
}

/** What waits on the disk takes no memory. */
export const storeLimits: Partial<Limits> = { queuedMessages: 1_000_000, queuedBytes: 1_073_741_824 };

/**
 * The gateway as {@link createGateway} makes it, with sessions that outlive the process: they are kept in the
 * directory, and so are their messages, retained ones and wills (docs/session-store.md).
 *
 * @throws KitenError `gateway/store-damaged`, `gateway/disk-full`, `gateway/store-write-failed`
 */
export async function openGateway({ storeDirectory, ...options }: StoredGatewayOptions): Promise<Gateway> {
  if (storeDirectory === undefined) return createGateway(options);
  const limits = { ...storeLimits, ...options.limits };
  const { segmentBytes } = limitsFrom(limits);
  const opened = await openDiskStore({ directory: storeDirectory, segmentBytes });
  try {
    return gatewayWith({ ...options, limits }, opened);
  } catch (error) {
    await opened.close();
    throw error;
  }
}
