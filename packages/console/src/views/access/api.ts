import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/browser';
import { ask } from '../../api/client.ts';
import type { Operator } from '../../api/types.ts';

export type Role = Operator['role'];
export const roles = ['viewer', 'operator', 'administrator'] as const satisfies readonly Role[];

export const scopes = [
  'view',
  'devices',
  'enrolment',
  'policies',
  'operate',
  'administer',
  'account',
] as const;
export type Scope = (typeof scopes)[number];

export interface Passkey {
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly backedUp: boolean;
  readonly createdAt: number;
  readonly usedAt?: number;
}

export interface BrowserSession {
  readonly id: string;
  readonly by: 'link' | 'passkey' | 'recovery-code' | 'oidc';
  readonly browser: string;
  readonly address: string;
  readonly createdAt: number;
  readonly seenAt: number;
  readonly expiresAt: number;
  readonly current: boolean;
}

export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: number;
  readonly expiresAt?: number;
  readonly usedAt?: number;
}

export interface ListedOperator {
  readonly name: string;
  readonly role: Role;
  readonly createdAt: number;
  readonly seenAt?: number;
  readonly sessions: number;
  readonly tokens: number;
  /** The identity provider that gives the role. */
  readonly managedBy?: string;
}

export interface SignInLink {
  readonly link: string;
  readonly expiresAt: number;
}

/** By what one can sign in, besides a link and a recovery code. */
export interface SignInMethods {
  readonly passkey: boolean;
  /** An identity provider, and where the way to it begins. */
  readonly oidc?: { readonly name: string; readonly url: string };
}

const operatorPath = (name: string, rest = '') => `/operators/${encodeURIComponent(name)}${rest}`;

/** What the site is asked about signing in and about who may do what. Every call throws a `Problem` when it is refused. */
export const access = {
  methods: () => ask('GET', '/sign-in/methods') as Promise<SignInMethods>,
  signInOptions: () =>
    ask('POST', '/sign-in/passkey/options') as Promise<PublicKeyCredentialRequestOptionsJSON>,
  signInByPasskey: (response: AuthenticationResponseJSON) => ask('POST', '/sign-in/passkey', { response }),
  signInByCode: (code: string) => ask('POST', '/sign-in/recovery-code', { code }),

  passkeys: async () => ((await ask('GET', '/passkeys')) as { passkeys: readonly Passkey[] }).passkeys,
  passkeyOptions: () => ask('POST', '/passkeys/options') as Promise<PublicKeyCredentialCreationOptionsJSON>,
  addPasskey: (name: string, response: RegistrationResponseJSON) =>
    ask('POST', '/passkeys', { name, response }),
  renamePasskey: (id: string, name: string) => ask('PUT', `/passkeys/${id}`, { name }),
  removePasskey: (id: string) => ask('DELETE', `/passkeys/${id}`),

  recoveryCodes: () => ask('GET', '/recovery-codes') as Promise<{ left: number; createdAt?: number }>,
  makeRecoveryCodes: async () =>
    ((await ask('POST', '/recovery-codes')) as { codes: readonly string[] }).codes,

  sessions: async () => ((await ask('GET', '/sessions')) as { sessions: readonly BrowserSession[] }).sessions,
  endSession: (id: string) => ask('DELETE', `/sessions/${id}`),
  endOtherSessions: () => ask('DELETE', '/sessions'),

  tokens: async () => ((await ask('GET', '/api-tokens')) as { tokens: readonly ApiToken[] }).tokens,
  createToken: (wanted: { name: string; scopes: readonly string[]; ttlSeconds?: number }) =>
    ask('POST', '/api-tokens', wanted) as Promise<ApiToken & { token: string }>,
  revokeToken: (id: string) => ask('DELETE', `/api-tokens/${id}`),

  operators: async () =>
    ((await ask('GET', '/operators')) as { operators: readonly ListedOperator[] }).operators,
  addOperator: (name: string, role: Role, reason: string) =>
    ask('POST', '/operators', { name, role, reason }) as Promise<SignInLink>,
  changeRole: (name: string, role: Role, reason: string) =>
    ask('PUT', operatorPath(name, '/role'), { role, reason }),
  removeOperator: (name: string, reason: string) =>
    ask('DELETE', operatorPath(name, `?reason=${encodeURIComponent(reason)}`)),
  linkFor: (name: string) => ask('POST', operatorPath(name, '/sign-in-links')) as Promise<SignInLink>,
  signOut: (name: string) => ask('DELETE', operatorPath(name, '/sessions')),
};
