import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/browser';

/** What became of asking the browser: an answer, or a person who thought better of it. */
export type Outcome<T> =
  | { readonly done: true; readonly response: T }
  | { readonly done: false; readonly why: 'cancelled' | 'known' };

/** Loaded when somebody wants a passkey, not with the page. */
const library = () => import('@simplewebauthn/browser');

export const passkeysPossible = (): boolean => typeof PublicKeyCredential === 'function';

export function makePasskey(
  optionsJSON: PublicKeyCredentialCreationOptionsJSON,
): Promise<Outcome<RegistrationResponseJSON>> {
  return outcome(async () => (await library()).startRegistration({ optionsJSON }));
}

export function answerWithPasskey(
  optionsJSON: PublicKeyCredentialRequestOptionsJSON,
): Promise<Outcome<AuthenticationResponseJSON>> {
  return outcome(async () => (await library()).startAuthentication({ optionsJSON }));
}

async function outcome<T>(ask: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { done: true, response: await ask() };
  } catch (error) {
    // Browsers do not tell a refusal from a time that ran out (WebAuthn §14.5.2).
    const { name } = error as Error;
    if (name === 'NotAllowedError' || name === 'AbortError') return { done: false, why: 'cancelled' };
    if (name === 'InvalidStateError') return { done: false, why: 'known' };
    throw error;
  }
}
