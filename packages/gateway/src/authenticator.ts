/** Who authenticates, as far as it is known before. */
export interface AuthenticationSubject {
  /** The id of the device whose certificate the connection has; empty without one. */
  readonly device: string;
  readonly clientId: string;
  readonly address: string;
  /** Whether it is let in already and proves itself anew (MQTT 5.0 §4.12.1). */
  readonly isAgain: boolean;
}

/** What a step of authentication leads to. A refusal's reason goes to the client; its code is 0x87 if none is given. */
export type AuthenticationStep =
  | { readonly outcome: 'continue'; readonly data?: Uint8Array }
  | { readonly outcome: 'success'; readonly data?: Uint8Array }
  | { readonly outcome: 'refuse'; readonly reason: string; readonly reasonCode?: number };

/** One authentication under way: takes what the client says, step by step. */
export interface AuthenticationExchange {
  /** `data` is what CONNECT or AUTH carries, if anything. */
  advance(data: Uint8Array | undefined): AuthenticationStep | Promise<AuthenticationStep>;
  /** The connection ended before this did: nothing follows, and a step under way leads nowhere. */
  abandon?(): void;
}

/** A method of enhanced authentication (MQTT 5.0 §4.12): attestation while connecting, say. */
export interface Authenticator {
  /** As clients name it: `SCRAM-SHA-256`. */
  readonly method: string;
  begin(subject: AuthenticationSubject): AuthenticationExchange;
}

/**
 * What a verifier of passwords says: whose it is, why it is none, or that it has no time. `credential` names the
 * password: the connection ends when the device's record names another one, or none.
 */
export type PasswordOutcome =
  | { readonly device: string; readonly credential?: string }
  | { readonly refused: string }
  | { readonly busy: string };

/** Judges a user name and password; devices that know nothing better. */
export type PasswordVerifier = (
  username: string,
  password: Uint8Array,
  from: { readonly address: string },
) => PasswordOutcome | Promise<PasswordOutcome>;
