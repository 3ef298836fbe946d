/** What a failed handshake is called. */
export interface TlsFailure {
  readonly code: `gateway/tls-${string}`;
  readonly message: string;
}

const failures: readonly (readonly [pattern: RegExp, code: TlsFailure['code'], message: string])[] = [
  [/HANDSHAKE_TIMEOUT/, 'gateway/tls-handshake-timeout', 'The client did not finish its handshake in time.'],
  [
    /UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|PROTOCOL_VERSION/,
    'gateway/tls-version',
    'The client offers no TLS version that is accepted here.',
  ],
  [
    /HTTP_REQUEST|WRONG_VERSION_NUMBER|UNKNOWN_PROTOCOL|PACKET_LENGTH|RECORD_LAYER|UNEXPECTED_MESSAGE/,
    'gateway/tls-not-tls',
    'What the client sent is not TLS.',
  ],
  [
    /NO_SHARED_CIPHER|NO_SUITABLE|NO_SHARED_GROUP/,
    'gateway/tls-no-common-parameters',
    'Client and gateway have no cipher or group in common.',
  ],
  [
    /ALERT/,
    'gateway/tls-refused-by-client',
    "The client did not accept the gateway's certificate or parameters.",
  ],
  [/ECONNRESET|EPIPE|ECONNABORTED/, 'gateway/tls-broken-off', 'The client broke the handshake off.'],
  [
    /CERT|SIGNATURE|DIGEST/,
    'gateway/tls-certificate-proof',
    'The client did not prove that it holds the key of its certificate.',
  ],
];

/** A stable code for an error of OpenSSL or the socket. */
export function tlsFailure(error: Error & { code?: string }): TlsFailure {
  const named = error.code ?? error.message;
  const known = failures.find(([pattern]) => pattern.test(named));
  if (known !== undefined) return { code: known[1], message: known[2] };
  return { code: 'gateway/tls-failed', message: `The handshake failed (${named.slice(0, 80)}).` };
}
