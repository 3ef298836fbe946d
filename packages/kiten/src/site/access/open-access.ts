import { OperatorDesk } from '../operators.ts';
import type { SiteOptions, SiteState } from '../state.ts';
import { ApiTokenDesk } from './api-tokens.ts';
import { type AccessChanges, accessChanges } from './changes.ts';
import { OidcDesk } from './oidc.ts';
import { PasskeyDesk } from './passkeys.ts';
import { RecoveryDesk } from './recovery-codes.ts';
import { SessionDesk } from './sessions.ts';

/** Who gets in, and with what. */
export interface Access {
  readonly operators: OperatorDesk;
  readonly sessions: SessionDesk;
  readonly apiTokens: ApiTokenDesk;
  readonly passkeys: PasskeyDesk;
  readonly recovery: RecoveryDesk;
  /** Absent where there is no identity provider. */
  readonly oidc?: OidcDesk;
  readonly accessChanges: AccessChanges;
}

export function openAccess(
  { site, database, journal }: SiteState,
  { directory, configuration, clock, random }: SiteOptions,
): Access {
  const changes = accessChanges();
  const parts = { database, journal, clock, random, changes };
  const { sessionHours, idleMinutes, oidc } = configuration;
  return {
    operators: new OperatorDesk(parts),
    sessions: new SessionDesk({
      ...parts,
      lifetime: sessionHours * 3_600_000,
      idle: idleMinutes * 60_000,
    }),
    apiTokens: new ApiTokenDesk(parts),
    passkeys: new PasskeyDesk({ ...parts, site }),
    recovery: new RecoveryDesk(parts),
    ...(oidc !== undefined && { oidc: new OidcDesk({ ...parts, directory, configuration: oidc }) }),
    accessChanges: changes,
  };
}
