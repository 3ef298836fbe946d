/** People, and what they get in with. */
export interface AccessTables {
  operators: {
    name: string;
    role: string;
    created_at: number;
    /** What authenticators know the operator by; absent until there is a passkey. */
    handle: Uint8Array | null;
    /** When they came in for the first time. */
    arrived_at: number | null;
  };
  sign_in_links: {
    hash: string;
    operator: string;
    expires_at: number;
    used_at: number | null;
    /** Whose hand it came from; absent if it is the operator's own, as below. */
    created_by: string | null;
  };
  browser_sessions: {
    hash: string;
    operator: string;
    /** `link`, `passkey`, `recovery-code` or `oidc`. */
    signed_in_by: string;
    browser: string;
    address: string;
    created_at: number;
    seen_at: number;
    expires_at: number;
    created_by: string | null;
    /** The identity provider's session (`sid`) that it came by. */
    provider_session: string | null;
  };
  passkeys: {
    /** The credential's id, base64url. */
    id: string;
    operator: string;
    name: string;
    host: string;
    /** COSE_Key. */
    public_key: Uint8Array;
    counter: number;
    /** A JSON list. */
    transports: string;
    backed_up: number;
    created_at: number;
    used_at: number | null;
    created_by: string | null;
  };
  operator_identities: { issuer: string; subject: string; operator: string };
  recovery_codes: { hash: string; operator: string; created_at: number; created_by: string | null };
  api_tokens: {
    hash: string;
    operator: string;
    name: string;
    /** A JSON list. */
    scopes: string;
    created_at: number;
    expires_at: number | null;
    used_at: number | null;
    /** Whose hand it came from, the operator's own too; absent of tokens from before that was kept. */
    created_by: string | null;
  };
}
