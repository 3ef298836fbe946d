import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

/** Somebody at the provider: who, and in which groups. */
export type People = Record<string, readonly string[]>;

/** A real OpenID Connect provider of one's own, where any password is right. */
export class IdentityProvider {
  readonly issuer: string;
  readonly people: People;
  readonly #server: ReturnType<typeof createServer>;
  #answer: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;

  private constructor(server: ReturnType<typeof createServer>, people: People) {
    this.#server = server;
    this.people = people;
    this.issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => this.#answer?.(request, response));
  }

  static async listen(people: People): Promise<IdentityProvider> {
    const server = createServer();
    server.listen(0, 'localhost');
    await once(server, 'listening');
    return new IdentityProvider(server, people);
  }

  /** Lets one client in: the site, once it is known where that answers. */
  serve(client: { id: string; secret: string; redirect: string }): void {
    const provider = new Provider(this.issuer, {
      clients: [
        {
          client_id: client.id,
          client_secret: client.secret,
          redirect_uris: [client.redirect],
          grant_types: ['authorization_code'],
          response_types: ['code'],
          backchannel_logout_uri: client.redirect.replace(/callback$/, 'logout'),
          backchannel_logout_session_required: true,
        },
      ],
      // It would speak to no client on this machine.
      fetch: (url: URL, { dispatcher: _, ...options }: RequestInit & { dispatcher?: unknown }) =>
        fetch(url, options),
      features: { backchannelLogout: { enabled: true } },
      pkce: { required: () => true },
      claims: { openid: ['sub'], profile: ['preferred_username', 'groups'] },
      findAccount: (_context: unknown, id: string) => ({
        accountId: id,
        claims: () => ({ sub: `sub-of-${id}`, preferred_username: id, groups: this.people[id] ?? [] }),
      }),
    });
    this.#answer = provider.callback();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
