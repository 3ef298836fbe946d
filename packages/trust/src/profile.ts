import type { ClaimName } from './claims.ts';

/** What a group of devices has to show: the claims that may not stay open. */
export interface Profile {
  readonly name: string;
  readonly required: readonly ClaimName[];
}
