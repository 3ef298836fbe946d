import { EventEmitter } from 'node:events';

/** Says that somebody may no longer be who they were: a session or token ended, a role changed, an operator went. */
export type AccessChanges = EventEmitter<{ changed: [] }>;

/** However many streams of events listen. */
export function accessChanges(): AccessChanges {
  return new EventEmitter<{ changed: [] }>().setMaxListeners(0);
}
