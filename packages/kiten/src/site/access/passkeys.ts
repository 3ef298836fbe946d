import { type Clock, KitenError, toBase64Url } from '@kiten/codec';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { Database } from '../../store/database.ts';
import { storedOperator } from '../../store/operators.ts';
import {
  deletePasskey,
  hasPasskeys,
  insertPasskey,
  renamePasskey,
  type StoredPasskey,
  storedPasskey,
  storedPasskeys,
  usePasskey,
  userHandle,
} from '../../store/passkeys.ts';
import type { Journal } from '../journal.ts';
import { actorOf, type Operator, type Role } from '../operators.ts';
import type { Random } from '../secrets.ts';
import { Challenges } from './challenges.ts';
import { inHand } from './hands.ts';
import { mustBeOurs } from './managed.ts';
import type { Proven } from './proven.ts';

export type { AuthenticationResponseJSON, RegistrationResponseJSON };

/** Where a browser sees the site. */
export interface Place {
  /** The relying party's id: a host name. */
  readonly host: string;
  readonly origin: string;
}

/** A passkey as its operator sees it. */
export interface PasskeyView {
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly backedUp: boolean;
  readonly createdAt: number;
  readonly usedAt?: number;
}

export interface PasskeyParts {
  readonly site: string;
  readonly database: Database;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: Random;
}

const CHALLENGE_LIFETIME = 5 * 60_000;
const MOST_PASSKEYS = 20;
const HANDLE_BYTES = 32;
/** EdDSA, ES256 and RS256 (RFC 9053, RFC 8812): what authenticators have. */
const ALGORITHMS = [-8, -7, -257];

/** Loaded when it is needed: most starts of a site need none of it. */
const webauthn = () => import('@simplewebauthn/server');

/**
 * Passkeys: discoverable credentials that verify their user (WebAuthn Level 3). A challenge is answered once, within five
 * minutes; who made the authenticator is not asked.
 */
export class PasskeyDesk {
  readonly #parts: PasskeyParts;
  readonly #registering: Challenges<{ operator: string; host: string }>;
  readonly #signingIn: Challenges<{ host: string }>;

  constructor(parts: PasskeyParts) {
    this.#parts = parts;
    this.#registering = new Challenges(parts.clock, CHALLENGE_LIFETIME);
    this.#signingIn = new Challenges(parts.clock, CHALLENGE_LIFETIME);
  }

  /** Those of one operator, the newest first. */
  async list(operator: string): Promise<PasskeyView[]> {
    return (await storedPasskeys(this.#parts.database, operator)).map(viewOf);
  }

  /** Whether anybody can sign in by one here. */
  usableAt(host: string): Promise<boolean> {
    return hasPasskeys(this.#parts.database, host);
  }

  /** What a browser needs to make a passkey. @throws KitenError `kiten/passkeys-full` */
  async registrationOptions(
    operator: Operator,
    { host }: Place,
  ): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const { site, database, random } = this.#parts;
    await mustBeOurs(database, operator.name);
    const known = await storedPasskeys(database, operator.name);
    if (known.length >= MOST_PASSKEYS) {
      const message = `An operator may have ${MOST_PASSKEYS} passkeys: remove one that is not used.`;
      throw new KitenError('kiten/passkeys-full', message);
    }
    const handle = await userHandle(database, operator.name, () => random(HANDLE_BYTES));
    const challenge = random(32);
    this.#registering.put(toBase64Url(challenge), { operator: operator.name, host });
    const { generateRegistrationOptions } = await webauthn();
    return generateRegistrationOptions({
      rpName: `Kiten ${site}`,
      rpID: host,
      userName: operator.name,
      userDisplayName: operator.name,
      ...(handle === undefined ? {} : { userID: Uint8Array.from(handle) }),
      challenge: Uint8Array.from(challenge),
      attestationType: 'none',
      supportedAlgorithmIDs: ALGORITHMS,
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      excludeCredentials: known
        .filter((one) => one.host === host)
        .map(({ id, transports }) => ({ id, transports: [...transports] })),
    });
  }

  /** Keeps the passkey that a browser made, on record. @throws KitenError `kiten/passkey-refused` */
  async register(
    operator: Operator,
    place: Place,
    name: string,
    response: RegistrationResponseJSON,
  ): Promise<PasskeyView> {
    const { journal, clock } = this.#parts;
    const { verifyRegistrationResponse } = await webauthn();
    const { registrationInfo } = await refusing(() =>
      verifyRegistrationResponse({
        response,
        expectedChallenge: (challenge) => {
          const asked = this.#registering.take(challenge);
          return asked?.operator === operator.name && asked.host === place.host;
        },
        expectedOrigin: place.origin,
        expectedRPID: place.host,
        requireUserVerification: true,
        supportedAlgorithmIDs: ALGORITHMS,
      }),
    );
    if (registrationInfo === undefined) throw refused();
    const { credential, credentialBackedUp } = registrationInfo;
    const at = clock.now();
    const passkey: StoredPasskey = {
      id: credential.id,
      operator: operator.name,
      name,
      host: place.host,
      publicKey: credential.publicKey,
      counter: credential.counter,
      transports: credential.transports ?? [],
      backedUp: credentialBackedUp,
      createdAt: at,
      ...(operator.hand === undefined ? {} : { createdBy: operator.hand }),
    };
    const data = { operator: operator.name, name, host: place.host, backedUp: credentialBackedUp };
    const event = { type: 'operator/passkey-added', at, actor: actorOf(operator), data };
    await journal.commit([event], async (store) => {
      if (!(await insertPasskey(store, passkey))) throw refused();
    });
    return viewOf(passkey);
  }

  /** What a browser needs to sign in by any passkey that it has for this host. */
  async signInOptions({ host }: Place): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const challenge = this.#parts.random(32);
    this.#signingIn.put(toBase64Url(challenge), { host });
    const { generateAuthenticationOptions } = await webauthn();
    return generateAuthenticationOptions({
      rpID: host,
      challenge: Uint8Array.from(challenge),
      userVerification: 'required',
    });
  }

  /**
   * Whose passkey answered.
   *
   * @throws KitenError `kiten/passkey-refused`; `kiten/passkey-copied` if it has counted backwards (WebAuthn §6.1.1)
   */
  async prove(place: Place, response: AuthenticationResponseJSON): Promise<Proven> {
    const { database, clock } = this.#parts;
    const passkey = await storedPasskey(database, response.id);
    const operator = passkey === undefined ? undefined : await storedOperator(database, passkey.operator);
    if (passkey === undefined || operator === undefined || passkey.host !== place.host) throw refused();
    await this.#mustBeOf(passkey.operator, response);
    const { verifyAuthenticationResponse } = await webauthn();
    const { verified, authenticationInfo } = await refusing(() =>
      verifyAuthenticationResponse({
        response,
        expectedChallenge: (challenge) => this.#signingIn.take(challenge)?.host === place.host,
        expectedOrigin: place.origin,
        expectedRPID: place.host,
        requireUserVerification: true,
        // The counter is judged below, with a code of its own.
        credential: { id: passkey.id, publicKey: Uint8Array.from(passkey.publicKey), counter: 0 },
      }),
    );
    if (!verified) throw refused();
    const { newCounter: counter, credentialBackedUp: backedUp } = authenticationInfo;
    if ((counter > 0 || passkey.counter > 0) && counter <= passkey.counter) throw copied();
    return {
      operator: inHand({ name: operator.name, role: operator.role as Role }, passkey.createdBy),
      async spend(store) {
        if (!(await usePasskey(store, passkey, { counter, backedUp, at: clock.now() }))) throw refused();
      },
    };
  }

  /** @throws KitenError `kiten/not-found` */
  async rename(operator: Operator, id: string, name: string): Promise<PasskeyView> {
    const { journal, clock } = this.#parts;
    const passkey = await this.#mustHave(operator, id);
    const data = { operator: operator.name, name, before: passkey.name };
    const event = { type: 'operator/passkey-renamed', at: clock.now(), actor: actorOf(operator), data };
    await journal.commit([event], (store) => renamePasskey(store, id, name));
    return viewOf({ ...passkey, name });
  }

  /** @throws KitenError `kiten/not-found` */
  async remove(operator: Operator, id: string): Promise<void> {
    const { journal, clock } = this.#parts;
    const { name } = await this.#mustHave(operator, id);
    const data = { operator: operator.name, name };
    const event = { type: 'operator/passkey-removed', at: clock.now(), actor: actorOf(operator), data };
    await journal.commit([event], (store) => deletePasskey(store, id));
  }

  async #mustHave(operator: Operator, id: string): Promise<StoredPasskey> {
    const passkey = await storedPasskey(this.#parts.database, id);
    if (passkey?.operator === operator.name) return passkey;
    throw new KitenError('kiten/not-found', 'There is no passkey with this id.');
  }

  /** A discoverable credential says whose it is (WebAuthn §7.2, step 6). */
  async #mustBeOf(operator: string, { response }: AuthenticationResponseJSON): Promise<void> {
    const handle = await userHandle(this.#parts.database, operator, () => this.#parts.random(HANDLE_BYTES));
    if (handle === undefined || response.userHandle !== toBase64Url(handle)) throw refused();
  }
}

/** What the library refuses, it throws as errors of all kinds. */
async function refusing<T>(verify: () => Promise<T>): Promise<T> {
  try {
    return await verify();
  } catch (cause) {
    throw refused(cause);
  }
}

function refused(cause?: unknown): KitenError {
  return new KitenError(
    'kiten/passkey-refused',
    'This passkey is not known here, or what it signed does not hold. Try again, or sign in by a link.',
    { cause },
  );
}

function copied(): KitenError {
  return new KitenError(
    'kiten/passkey-copied',
    'This passkey has counted backwards, so somebody may have a copy of it. Sign in by a link and remove it.',
  );
}

function viewOf({ id, name, host, backedUp, createdAt, usedAt }: StoredPasskey): PasskeyView {
  return { id, name, host, backedUp, createdAt, ...(usedAt === undefined ? {} : { usedAt }) };
}
