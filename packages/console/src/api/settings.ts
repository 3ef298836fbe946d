import type { ClaimName } from '../trust/claims.ts';
import { ask } from './client.ts';
import type { Waiting } from './types.ts';

export interface Group {
  readonly name: string;
  readonly required: readonly ClaimName[];
  readonly mode: 'enforce' | 'observe';
  readonly brake: { readonly share: number; readonly least: number; readonly windowSeconds: number };
  readonly devices: number;
}

/** What enforcing a group would break. */
export interface GroupReport {
  readonly devices: number;
  readonly total: number;
}

export interface HealthCheck {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'failing';
  readonly code?: string;
  readonly message: string;
  /** Bytes. */
  readonly used?: number;
  readonly limit?: number;
}

export interface Health {
  readonly status: 'ready' | 'degraded' | 'not ready';
  readonly checks: readonly HealthCheck[];
}

export interface CertificateAuthority {
  readonly kind: 'root' | 'issuing';
  readonly state: 'current' | 'previous';
  readonly id: string;
  readonly fingerprint: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface EventSink {
  readonly name: string;
  readonly url: string;
  readonly format: string;
  readonly behind: number;
  readonly delivered: number;
  readonly problem?: { readonly code: string; readonly message: string };
}

/** How long things are kept, in days. */
export interface Retention {
  readonly evidenceDays: number;
  readonly trafficDays: number;
  /** An operator has set it; kiten.toml holds no more. */
  readonly isSet: boolean;
}

export type GroupChange = Partial<Pick<Group, 'required' | 'mode'>>;

const groupPath = (name: string) => `/groups/${encodeURIComponent(name)}`;

export const settingsApi = {
  async groups(): Promise<readonly Group[]> {
    const { groups } = (await ask('GET', '/groups')) as { groups: readonly Group[] };
    return groups;
  },
  report: (name: string) => ask('GET', `${groupPath(name)}/report`) as Promise<GroupReport>,
  changeGroup: (name: string, change: GroupChange, reason: string) =>
    ask('PUT', groupPath(name), { ...change, reason }) as Promise<Group | Waiting>,
  retention: () => ask('GET', '/retention') as Promise<Retention>,
  setRetention: (wanted: Pick<Retention, 'evidenceDays' | 'trafficDays'>, reason: string) =>
    ask('PUT', '/retention', { ...wanted, reason }) as Promise<Retention | Waiting>,
  health: () => ask('GET', '/health') as Promise<Health>,
  async authorities(): Promise<readonly CertificateAuthority[]> {
    const { authorities } = (await ask('GET', '/ca')) as { authorities: readonly CertificateAuthority[] };
    return authorities;
  },
  async sinks(): Promise<readonly EventSink[]> {
    const { sinks } = (await ask('GET', '/event-sinks')) as { sinks: readonly EventSink[] };
    return sinks;
  },
};
