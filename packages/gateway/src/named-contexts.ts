import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { NamedCertificate } from './change.ts';

/** What a TLS server shows to clients that ask for a name (SNI, RFC 6066 §3); `*.` stands for one label. */
export class NamedContexts {
  #contexts = new Map<string, SecureContext>();

  /** New handshakes get these and no others; none changes if one is not good. */
  renew(
    named: readonly NamedCertificate[],
    optionsOf: (one: NamedCertificate) => SecureContextOptions,
  ): void {
    this.#contexts = new Map(named.map((one) => [one.name, createSecureContext(optionsOf(one))]));
  }

  /** `undefined` for names without a certificate of their own: they get the first one. */
  of(name: string): SecureContext | undefined {
    const asked = name.toLowerCase();
    return this.#contexts.get(asked) ?? this.#contexts.get(asked.replace(/^[^.]+/, '*'));
  }
}
