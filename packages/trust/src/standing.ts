/**
 * What the site lets a device be. Quarantined: sessions are cut, and on reconnecting it may attest and
 * be updated, nothing else. Revoked: refused at every handshake, resumed ones included.
 */
export type Standing = 'admitted' | 'quarantined' | 'revoked';

/** The standings from the widest rights to none. */
export const standings: readonly Standing[] = ['admitted', 'quarantined', 'revoked'];

export function isStanding(text: unknown): text is Standing {
  return standings.some((standing) => standing === text);
}
