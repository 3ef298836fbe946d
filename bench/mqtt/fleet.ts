// Who takes part: devices with certificates of one authority, publishers and subscribers.
import { Authority } from '../../packages/gateway/test/support/authority.ts';
import type { Credentials, Member, ServerIdentity } from './servers/server.ts';

export interface Fleet {
  readonly identity: ServerIdentity;
  readonly publishers: readonly Credentials[];
  readonly subscribers: readonly Credentials[];
  readonly members: readonly Member[];
}

export function makeFleet(size: number): Fleet {
  const authority = new Authority();
  const some = (prefix: string): Credentials[] =>
    Array.from({ length: size }, (_, index) => {
      const id = `${prefix}-${String(index).padStart(4, '0')}`;
      const { key, certificate } = authority.device(id);
      return { id, key, certificate };
    });
  const publishers = some('line1-dev');
  const subscribers = some('line1-panel');
  return {
    identity: authority.tls(authority.server()),
    publishers,
    subscribers,
    members: [
      ...publishers.map(({ id }) => ({ id, reads: false })),
      ...subscribers.map(({ id }) => ({ id, reads: true })),
    ],
  };
}
