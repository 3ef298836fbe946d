/** A request as the HTTPS port of the site received it. */
export interface EstRequest {
  readonly method: string;
  /** Without the query: `/.well-known/est/simpleenroll`. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  readonly remoteAddress: string;
  /**
   * The DER certificate for whose key the client proved possession in this connection's TLS handshake. Whether the
   * TLS port could verify its path does not matter: it is judged here.
   */
  readonly peerCertificate?: Uint8Array;
  /** Further certificates that the client sent, in any order. */
  readonly peerChain?: readonly Uint8Array[];
}

/** Header names are in their customary case, which some EST clients insist on: send them as they are. */
export interface EstResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}
