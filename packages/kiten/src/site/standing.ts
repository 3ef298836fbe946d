import type { DeviceRecord } from './device-book.ts';
import type { Operator } from './operators.ts';
import type { TrustDesk } from './trust-desk.ts';

/** What an operator may decide about a device. Each is in the log with who and why. */
export interface StandingDesk {
  /** Cuts it; on reconnecting it may attest and be updated, nothing else. */
  quarantine(id: string, operator: Operator, reason: string): Promise<DeviceRecord>;
  /** Gives a quarantined device its rights back. */
  release(id: string, operator: Operator, reason: string): Promise<DeviceRecord>;
  /** Refuses it at every handshake; it returns by a new token or its manufacturer identity only. */
  revoke(id: string, operator: Operator, reason: string): Promise<DeviceRecord>;
}

export function openStandingDesk(trust: TrustDesk, renewRevocationList: () => Promise<void>): StandingDesk {
  const actor = (operator: Operator) => `operator:${operator.name}`;
  return {
    quarantine: (id, operator, reason) => trust.stand(id, 'quarantined', actor(operator), reason),
    release: (id, operator, reason) => trust.stand(id, 'admitted', actor(operator), reason),
    async revoke(id, operator, reason) {
      const device = await trust.stand(id, 'revoked', actor(operator), reason);
      await renewRevocationList();
      return device;
    },
  };
}
