import type { SigningKey } from '../token/signing-token.ts';

/** A key as OpenSSL uses it through PKCS #11. */
export type HardwareKey =
  | {
      /** Signs here, in the agent, which is a token to OpenSSL. */
      readonly signer: SigningKey;
    }
  | {
      /** RFC 7512; has no secret in it. */
      readonly uri: string;
      /** File: the library that speaks to the token. */
      readonly module: string;
      readonly signer?: undefined;
    };
