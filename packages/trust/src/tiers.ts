import { KitenError } from '@kiten/codec';

/** What a claim value amounts to (draft-ietf-rats-ar4si §2.3.2, §3.2). */
export type Tier = 'none' | 'affirming' | 'warning' | 'contraindicated';

/** The tiers from the mildest to the worst: the order in which composition takes the worse. */
export const tiers: readonly Tier[] = ['none', 'affirming', 'warning', 'contraindicated'];

/** The number that stands for a tier in an EAR (draft-ietf-rats-ar4si §3.2). */
export const earStatus: Readonly<Record<Tier, number>> = {
  none: 0,
  affirming: 2,
  warning: 32,
  contraindicated: 96,
};

const severities: Readonly<Record<Tier, number>> = { none: 0, affirming: 1, warning: 2, contraindicated: 3 };

/** How bad a tier is: none 0, affirming 1, warning 2, contraindicated 3. */
export function severityOf(tier: Tier): number {
  return severities[tier];
}

/** Whether a claim value affirms. @throws KitenError `trust/claim-value` */
export function isAffirming(value: number): boolean {
  return tierOf(value) === 'affirming';
}

/** The worse of two tiers. */
export function worseTier(left: Tier, right: Tier): Tier {
  return severities[left] >= severities[right] ? left : right;
}

/** Whether a number can be the value of a claim at all: a signed 8-bit integer. */
export function isClaimValue(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= -128 && value <= 127;
}

/**
 * The tier of a claim value. none: −1, 0, 1 · affirming: 2…31 and −2…−32 ·
 * warning: 32…95 and −33…−96 · contraindicated: 96…127 and −97…−128.
 *
 * @throws KitenError `trust/claim-value` for anything but an integer from −128 to 127.
 */
export function tierOf(value: number): Tier {
  if (!isClaimValue(value)) {
    throw new KitenError('trust/claim-value', 'The value of a claim is an integer from −128 to 127.', {
      detail: { value: String(value).slice(0, 32) },
    });
  }
  // −x−1 maps the negative bounds onto the positive ones: −33 → 32, −97 → 96.
  const magnitude = value < 0 ? -value - 1 : value;
  if (magnitude >= 96) return 'contraindicated';
  if (magnitude >= 32) return 'warning';
  return value >= 2 || value <= -2 ? 'affirming' : 'none';
}
