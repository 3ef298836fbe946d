import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { NamedCertificate } from './change.ts';

/** What a TLS server shows to clients that ask for a name (SNI, RFC 6066 §3); `*.` stands for one label. */
export class NamedContexts {
  #contexts = new Map<string, SecureContext>();

  /** Gets contexts ready, and returns what lets new handshakes have these and no others. */
  renewal(
    named: readonly NamedCertificate[],
    optionsOf: (one: NamedCertificate) => SecureContextOptions,
  ): () => void {
    const contexts = new Map(named.map((one) => [one.name, createSecureContext(optionsOf(one))]));
    return () => {
      this.#contexts = contexts;
    };
  }

  /** `undefined` for names without a certificate of their own: they get the first one. */
  of(name: string): SecureContext | undefined {
    const asked = name.toLowerCase();
    return this.#contexts.get(asked) ?? this.#contexts.get(asked.replace(/^[^.]+/, '*'));
  }
}
