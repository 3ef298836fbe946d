import { KitenError } from '@kiten/codec';
import { type ClaimName, claimNames, isClaimName, type TrustVector } from './claims.ts';
import { type Tier, tierOf, worseTier } from './tiers.ts';

/** What a group of devices has to show: the claims that may not stay open. */
export interface Profile {
  readonly name: string;
  readonly required: readonly ClaimName[];
}

/**
 * @returns the profile, its required claims in the order of their numbers.
 * @throws KitenError `trust/profile-name`, `trust/profile-required`
 */
export function defineProfile(profile: { name: string; required: readonly string[] }): Profile {
  const { name, required } = profile;
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(name)) {
    throw new KitenError(
      'trust/profile-name',
      'A profile is named by 1 to 64 lower-case letters, digits, “.”, “_” and “-”.',
      {
        detail: { name: String(name).slice(0, 80) },
      },
    );
  }
  const unknown = required.find((claim) => !isClaimName(claim));
  if (unknown !== undefined || new Set(required).size !== required.length) {
    throw new KitenError(
      'trust/profile-required',
      'A profile requires claims of AR4SI by name, each at most once.',
      {
        detail: { profile: name, required: required.map((claim) => String(claim).slice(0, 64)) },
      },
    );
  }
  return { name, required: claimNames.filter((claim) => required.includes(claim)) };
}

/**
 * The worst tier of what counts: every claim that is not `none`, and `warning` for a required claim that
 * is. Never better than the worst that counts; `none` if nothing counts at all.
 */
export function statusOf(vector: TrustVector, profile: Profile): Tier {
  return claimNames.map((claim) => countedTier(claim, vector, profile)).reduce(worseTier, 'none');
}

function countedTier(claim: ClaimName, vector: TrustVector, profile: Profile): Tier {
  const tier = tierOf(vector[claim]);
  return tier === 'none' && profile.required.includes(claim) ? 'warning' : tier;
}
