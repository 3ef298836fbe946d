import type { AttestedTier } from '@kiten/measurement';
import { type ClaimName, claimNames, type Tier, tierOf, worseTier } from '@kiten/trust';
import type { DeviceRecord } from '../device-book.ts';
import { trustInForce } from '../held-fall.ts';

/**
 * What attestation says of a device, apart from its readings: the worst of its other claims. `sourced-data` is left out, or
 * what readings say would count twice. Who a device is says nothing of what runs there, so `instance-identity` alone
 * affirms nothing. A fall that is held counts no more here than elsewhere.
 */
export function attestedTier(device: DeviceRecord): AttestedTier | undefined {
  const { vector } = trustInForce(device).verdict;
  const tierOfClaim = (claim: ClaimName): Tier => {
    const tier = tierOf(vector[claim]);
    return claim === 'instance-identity' && tier === 'affirming' ? 'none' : tier;
  };
  const worst = claimNames
    .filter((claim) => claim !== 'sourced-data')
    .map(tierOfClaim)
    .reduce(worseTier, 'none');
  return worst === 'none' ? undefined : worst;
}
