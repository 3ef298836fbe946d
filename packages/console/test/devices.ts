import type { Device } from '../src/api/types.ts';
import { claimNames, type TrustVector } from '../src/trust/claims.ts';

/** A device as the site would tell it, with what a test cares about put in. */
export function device(id: string, fields: Partial<Device> = {}, claims: Partial<TrustVector> = {}): Device {
  const nothing = Object.fromEntries(claimNames.map((name) => [name, 0])) as unknown as TrustVector;
  return {
    id,
    groups: ['default'],
    standing: 'admitted',
    status: 'affirming',
    overdue: false,
    epoch: 1,
    vector: { ...nothing, ...claims },
    connections: [{ clientId: id, address: '192.0.2.1', protocol: 5, since: 0, by: 'certificate' }],
    registeredAt: 0,
    ...fields,
  };
}
