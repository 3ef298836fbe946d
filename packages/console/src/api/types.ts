import type { Language } from '../i18n/languages.ts';
import type { ClaimName, TrustVector } from '../trust/claims.ts';
import type { Standing } from '../trust/standing.ts';
import type { Tier } from '../trust/tiers.ts';

/** The answers of the operator API (`/api/v1/openapi.json`), as far as the console reads them. Times are milliseconds since the epoch. */
export interface Connection {
  readonly clientId: string;
  readonly address: string;
  /** MQTT's protocol level: 4 is 3.1.1, 5 is 5.0. */
  readonly protocol: number;
  readonly since: number;
  /** What it was let in by. */
  readonly by: 'certificate' | 'password' | 'none';
}

export interface Device {
  readonly id: string;
  readonly groups: readonly string[];
  readonly standing: Standing;
  readonly status: Tier;
  /** What was affirmed has lapsed. */
  readonly overdue: boolean;
  readonly epoch: number;
  readonly vector: TrustVector;
  readonly connections: readonly Connection[];
  readonly registeredAt: number;
  /** It knows only a password. */
  readonly password?: { readonly origin: 'generated' | 'imported'; readonly setAt: number };
}

export interface Sentence {
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;
}

export interface Finding {
  readonly code: string;
  /** What of the device it is on, unless it is the device itself. */
  readonly part?: string;
  readonly claim: ClaimName;
  readonly value: number;
  readonly tier: Tier;
  readonly aspect: string;
  readonly appraiser: string;
  readonly at: number;
  readonly holdsUntil?: number;
  /** Digests of the evidence it rests on. */
  readonly premises: readonly string[];
  readonly sentence: Readonly<Record<Language, Sentence>>;
}

export interface DeviceDetail extends Device {
  readonly verdictAt: number;
  /** The name of the profile that says what the device has to show. */
  readonly profile: string;
  /** When the first affirming finding lapses. */
  readonly lapsesAt?: number;
  readonly standingAt: number;
  readonly standingBy?: string;
  readonly standingReason?: string;
  readonly findings: readonly Finding[];
}

export interface DevicePage {
  readonly devices: readonly Device[];
  readonly total: number;
}

export interface Site {
  readonly site: string;
  readonly version: string;
  readonly caFingerprint: string;
  /** Where devices enrol. */
  readonly device: string;
  readonly mqtts: string;
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

export interface Operator {
  readonly operator: string;
  readonly role: 'viewer' | 'operator' | 'administrator';
}

/** An entry of the log, as `/log/entries` gives it. */
export interface LogEntry {
  readonly index: number;
  readonly type: string;
  readonly at: number;
  readonly actor: string;
  readonly subject?: string;
  readonly reason?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What was asked for waits for a second person; nothing has been done yet. */
export interface Waiting {
  readonly approval: { readonly id: string };
}
