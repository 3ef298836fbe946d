import type { SessionStore } from './store.ts';

/** Keeps nothing: sessions end with the process, and nobody waits for anything. */
export const memoryStore: SessionStore = {
  accepted: 0,
  durable: 0,
  isLagging: false,
  isFull: false,
  bytes: 0,
  keep: () => undefined,
  offer: () => undefined,
  retain: () => undefined,
  clearRetained: () => undefined,
  settle: () => undefined,
  refill: () => undefined,
  close: () => Promise.resolve(),
};
