import type { TlsMaterial } from '../../src/index.ts';
import {
  authority,
  type ClientOptions,
  client,
  day,
  type Holder,
  holder,
  type Identity,
  list,
  server,
} from './certificates.ts';

export type { Identity };

/** A certificate authority of the test. */
export class Authority {
  readonly certificate: string;
  readonly #holder: Holder;
  #listNumber = 0;

  constructor(commonName = 'Test authority') {
    this.#holder = holder(commonName);
    this.certificate = authority(this.#holder).certificate;
  }

  /** A device's certificate, a day old and for another day, unless the options make it another. */
  device(id: string, options: ClientOptions = {}): Identity {
    const now = Date.now();
    return client(this.#holder, id, { from: now - day, to: now + day, ...options });
  }

  server(name?: string): Identity {
    return server(this.#holder, name);
  }

  revocationList(revoked: readonly Identity[]): string {
    return list(this.#holder, { revoked, number: ++this.#listNumber });
  }

  /** What a gateway listens with. */
  tls({ key, certificate }: Identity, revoked: readonly Identity[] = []): TlsMaterial {
    return { key, certificate, ca: this.certificate, crl: this.revocationList(revoked) };
  }
}
