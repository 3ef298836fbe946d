import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Clock, KitenError, toBase64Url } from '@kiten/codec';
import type { Configuration as Client, IDToken } from 'openid-client';
import type { OidcConfiguration } from '../../config/configuration.ts';
import type { Database } from '../../store/database.ts';
import { type Identity, identityOwner, insertIdentity } from '../../store/identities.ts';
import { insertOperator, storedOperator, updateRole } from '../../store/operators.ts';
import type { Journal } from '../journal.ts';
import { mustHaveAdministrator, type Operator, type Role, roles } from '../operators.ts';
import type { Random } from '../secrets.ts';
import { Challenges } from './challenges.ts';
import type { AccessChanges } from './changes.ts';
import { readLogoutToken, refused as refusedLogout } from './logout-token.ts';
import type { Proven } from './proven.ts';

export interface OidcParts {
  readonly database: Database;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: Random;
  readonly changes: AccessChanges;
  /** The data directory: where the secret's file is looked for. */
  readonly directory: string;
  readonly configuration: OidcConfiguration;
}

/** What is kept of a sign-in between leaving for the provider and coming back. */
interface Journey {
  readonly verifier: string;
  readonly nonce: string;
  readonly redirect: string;
}

const JOURNEY_LIFETIME = 10 * 60_000;
/** Longer than any logout token holds. */
const HEARD_LIFETIME = 10 * 60_000;
const KEYS_WITHIN = 10_000;
const MOST_KEYS = 32;
const operatorName = /^[A-Za-z0-9._@-]{1,64}$/;

/** Loaded when it is needed: most sites have no identity provider. */
const openid = () => import('openid-client');

/**
 * Signing in by an identity provider: OpenID Connect's authorization code flow with PKCE (RFC 7636), state and nonce. Groups
 * there give the role here, anew at each sign-in; whoever is in none of them does not come in.
 */
export class OidcDesk {
  readonly #parts: OidcParts;
  readonly #journeys: Challenges<Journey>;
  /** Logout tokens that were told, while they could be told again. */
  readonly #heard: Challenges<true>;
  #client: Promise<Client> | undefined;

  constructor(parts: OidcParts) {
    this.#parts = parts;
    this.#journeys = new Challenges(parts.clock, JOURNEY_LIFETIME);
    this.#heard = new Challenges(parts.clock, HEARD_LIFETIME);
  }

  /** What people call the provider. */
  get name(): string {
    return this.#parts.configuration.name;
  }

  /** Where a browser goes to sign in, and the state that it has to bring back. @throws KitenError `kiten/oidc-unreachable` */
  async leave(redirect: string): Promise<{ readonly url: string; readonly state: string }> {
    const client = await this.#discovered();
    const { buildAuthorizationUrl, calculatePKCECodeChallenge } = await openid();
    const [state, nonce, verifier] = [this.#secret(), this.#secret(), this.#secret()];
    this.#journeys.put(state, { verifier, nonce, redirect });
    const url = buildAuthorizationUrl(client, {
      redirect_uri: redirect,
      response_type: 'code',
      scope: this.#parts.configuration.scope,
      state,
      nonce,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, state };
  }

  /**
   * Who came back.
   *
   * @param state what the browser left with
   * @throws KitenError `kiten/oidc-refused`, `kiten/oidc-not-allowed`, `kiten/oidc-name`
   */
  async arrive(returned: URL, state: string | undefined): Promise<Proven> {
    const journey = state === undefined ? undefined : this.#journeys.take(state);
    if (journey === undefined) throw refused('This sign-in was not begun here, or too long ago.');
    const client = await this.#discovered();
    const { authorizationCodeGrant, fetchUserInfo } = await openid();
    const claims = await refusing(async () => {
      const tokens = await authorizationCodeGrant(client, returned, {
        pkceCodeVerifier: journey.verifier,
        expectedState: state as string,
        expectedNonce: journey.nonce,
        idTokenExpected: true,
      });
      const own = tokens.claims() as IDToken;
      const groups = own[this.#parts.configuration.groupsClaim];
      if (groups !== undefined && nameIn(own) !== undefined) return own;
      return { ...(await fetchUserInfo(client, tokens.access_token, own.sub)), ...own };
    });
    const { sid } = claims as { sid?: unknown };
    return {
      operator: await this.#admit(claims),
      ...(typeof sid === 'string' ? { providerSession: sid } : {}),
      spend: async () => undefined,
    };
  }

  /**
   * Whom the provider signs out (OpenID Connect Back-Channel Logout 1.0): the operator, one of the provider's sessions, or
   * both. Nobody, if it is somebody who never came here.
   *
   * @throws KitenError `kiten/oidc-logout`, `kiten/oidc-unreachable`
   */
  async logout(
    token: string,
  ): Promise<{ readonly operator?: string; readonly providerSession?: string } | undefined> {
    const { database, clock, configuration } = this.#parts;
    const metadata = (await this.#discovered()).serverMetadata();
    const { issuer, clientId } = configuration;
    const { subject, session, id, expiresAt } = readLogoutToken(token, {
      ...{ issuer, clientId, now: clock.now() },
      algorithms: metadata.id_token_signing_alg_values_supported ?? ['RS256'],
      keys: await this.#keysAt(metadata.jwks_uri),
    });
    if (this.#heard.take(id) !== undefined) {
      this.#heard.put(id, true);
      throw refusedLogout('it was told before');
    }
    if (expiresAt > clock.now()) this.#heard.put(id, true);
    const providerSession = session === undefined ? {} : { providerSession: session };
    if (subject === undefined) return providerSession;
    const operator = await identityOwner(database, { issuer, subject });
    return operator === undefined ? undefined : { operator, ...providerSession };
  }

  get issuer(): string {
    return this.#parts.configuration.issuer;
  }

  /** The keys that the provider signs with now. */
  async #keysAt(address: string | undefined): Promise<readonly Readonly<Record<string, unknown>>[]> {
    try {
      const signal = AbortSignal.timeout(KEYS_WITHIN);
      const answer = await fetch(address ?? '', { redirect: 'error', signal });
      const { keys } = (await answer.json()) as { keys?: unknown };
      if (!answer.ok || !Array.isArray(keys)) throw new Error(`HTTP ${answer.status}`);
      return keys.slice(0, MOST_KEYS).filter((key) => typeof key === 'object' && key !== null);
    } catch (cause) {
      const message = `${this.name} does not give out the keys that it signs with.`;
      throw new KitenError('kiten/oidc-unreachable', message, { cause });
    }
  }

  /** The operator that somebody is here: made at the first sign-in, in the role that the groups give now. */
  async #admit(claims: Readonly<Record<string, unknown>>): Promise<Operator> {
    const { database, configuration } = this.#parts;
    const role = roleOf(claims[configuration.groupsClaim], configuration.roles);
    if (role === undefined) {
      throw new KitenError(
        'kiten/oidc-not-allowed',
        `${configuration.name} knows you, but no group of yours has a role at this site.`,
      );
    }
    const identity = { issuer: configuration.issuer, subject: String(claims.sub) };
    const known = await identityOwner(database, identity);
    return known === undefined ? this.#add(identity, claims, role) : this.#follow(known, role);
  }

  async #add(identity: Identity, claims: Readonly<Record<string, unknown>>, role: Role): Promise<Operator> {
    const { journal, clock, configuration } = this.#parts;
    const name = nameIn(claims) ?? identity.subject;
    if (!operatorName.test(name)) throw nameTaken(name);
    const [at, reason] = [clock.now(), `By ${configuration.issuer}`];
    const event = { type: 'operator/added', at, actor: 'site', reason, data: { operator: name, role } };
    await journal.commit([event], async (store) => {
      // Nobody becomes an operator of ours by bearing the name elsewhere.
      if (!(await insertOperator(store, { name, role, createdAt: at }))) throw nameTaken(name);
      await insertIdentity(store, identity, name);
    });
    return { name, role };
  }

  async #follow(name: string, role: Role): Promise<Operator> {
    const { database, journal, clock, changes, configuration } = this.#parts;
    if ((await storedOperator(database, name))?.role === role) return { name, role };
    const reason = `By the groups at ${configuration.issuer}`;
    const data = { operator: name, role };
    const event = { type: 'operator/role-changed', at: clock.now(), actor: 'site', reason, data };
    await journal.commit([event], async (store) => {
      await updateRole(store, name, role);
      await mustHaveAdministrator(store);
    });
    changes.emit('changed');
    return { name, role };
  }

  #discovered(): Promise<Client> {
    this.#client ??= this.#discover().catch((error: unknown) => {
      // The next one tries again.
      this.#client = undefined;
      throw error;
    });
    return this.#client;
  }

  async #discover(): Promise<Client> {
    const { directory, configuration } = this.#parts;
    const { issuer, clientId, clientSecretFile } = configuration;
    const { allowInsecureRequests, ClientSecretBasic, discovery, None } = await openid();
    const secret =
      clientSecretFile === undefined ? undefined : await secretIn(resolve(directory, clientSecretFile));
    // The configuration takes plain HTTP for this machine alone.
    const options = issuer.startsWith('http:') ? { execute: [allowInsecureRequests] } : {};
    try {
      const authentication = secret === undefined ? None() : ClientSecretBasic(secret);
      return await discovery(new URL(issuer), clientId, undefined, authentication, options);
    } catch (cause) {
      throw new KitenError(
        'kiten/oidc-unreachable',
        `${configuration.name} does not answer as an identity provider at ${issuer}.`,
        { cause },
      );
    }
  }

  #secret(): string {
    return toBase64Url(this.#parts.random(32));
  }
}

/** The widest role that any of the groups gives. */
export function roleOf(groups: unknown, given: Readonly<Record<string, Role>>): Role | undefined {
  const names = (Array.isArray(groups) ? groups : [groups]).filter((one) => typeof one === 'string');
  const found = new Set(names.flatMap((name) => (Object.hasOwn(given, name) ? [given[name]] : [])));
  return roles.findLast((role) => found.has(role));
}

function nameIn(claims: Readonly<Record<string, unknown>>): string | undefined {
  const { preferred_username: username, email } = claims;
  if (typeof username === 'string' && username !== '') return username;
  return typeof email === 'string' && email !== '' ? email : undefined;
}

async function secretIn(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new KitenError('kiten/oidc-secret', `The client secret in ${file} cannot be read.`, { cause });
  }
}

/** What the library refuses, it throws as errors of all kinds. */
async function refusing<T>(verify: () => Promise<T>): Promise<T> {
  try {
    return await verify();
  } catch (cause) {
    throw refused('What the identity provider sent does not hold, or you were not let in there.', cause);
  }
}

function refused(message: string, cause?: unknown): KitenError {
  return new KitenError('kiten/oidc-refused', message, { cause });
}

function nameTaken(name: string): KitenError {
  return new KitenError(
    'kiten/oidc-name',
    `“${name.slice(0, 80)}” is an operator of this site’s own already, or is no name for one.`,
  );
}
