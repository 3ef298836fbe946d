/** What the site lets a device be. */
export type Standing = 'admitted' | 'quarantined' | 'revoked';

export const standings: readonly Standing[] = ['admitted', 'quarantined', 'revoked'];
