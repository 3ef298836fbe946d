import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { type Clock, encodePem, parseCertificate, toHex } from '@kiten/codec';
import type { TlsMaterial } from '@kiten/gateway';
import { exportPrivateKey, type IssuedCertificate, issueRevocationList, issuerId } from '@kiten/identity';
import { sql } from 'kysely';
import type { Database } from '../store/database.ts';
import type { SiteKeys } from './keys.ts';
import type { LoadedCertificate } from './named-certificates.ts';

/** The site's own certificate and revocation list, and when they have to be made anew. */
export interface TlsDesk {
  readonly present: TlsMaterial;
  readonly server: IssuedCertificate;
  /** Certificates for host names, from files. */
  readonly named: readonly LoadedCertificate[];
  /** Makes a new revocation list, and a new server certificate if the present one is in its last third or of an earlier CA. */
  renew(): Promise<TlsMaterial>;
  /** The same with other host names, and with these certificates for names. */
  reload(names: readonly string[], named: readonly LoadedCertificate[]): Promise<TlsMaterial>;
  /** Whether it is time to: half-way through the revocation list's life. */
  due(now: number): boolean;
}

export async function openTlsDesk(parts: {
  database: Database;
  keys: SiteKeys;
  names: readonly string[];
  named?: readonly LoadedCertificate[];
  clock: Clock;
}): Promise<TlsDesk> {
  const { database, keys, clock } = parts;
  let { names, named = [] } = parts;
  const { authority } = keys;
  let server = issueServer();
  let renewAt = 0;

  function issueServer(): IssuedCertificate {
    const all = [...new Set(['localhost', hostname(), '127.0.0.1', '::1', ...names])];
    return authority.issueServer({
      publicKey: keys.server.publicKey,
      dnsNames: all.filter((name) => isIP(name) === 0),
      ipAddresses: all.filter((name) => isIP(name) !== 0),
    });
  }

  async function material(): Promise<TlsMaterial> {
    let crl = keys.issuing.rootList;
    const store = revocationStore(database);
    for (const issuing of keys.issuing.inForce(clock)) {
      const list = await issueRevocationList(issuing, store, clock);
      renewAt = clock.now() + (list.nextUpdate - clock.now()) / 2;
      crl += encodePem('X509 CRL', list.der);
    }
    return {
      key: exportPrivateKey(keys.server),
      certificate: authority.chainPem(server.der),
      ca: authority.trusted.map((der) => encodePem('CERTIFICATE', der)).join(''),
      crl,
      ...(named.length === 0
        ? {}
        : { named: named.map(({ name, key, certificate }) => ({ name, key, certificate })) }),
    };
  }

  let present = await material();
  return {
    get present() {
      return present;
    },
    get server() {
      return server;
    },
    get named() {
      return named;
    },
    async reload(newNames, newNamed) {
      [names, named] = [newNames, newNamed];
      server = issueServer();
      present = await material();
      return present;
    },
    async renew() {
      const isOld = (server.notAfter - clock.now()) * 3 < server.notAfter - server.notBefore;
      if (isOld || server.issuer !== issuerId(authority.issuer)) server = issueServer();
      present = await material();
      return present;
    },
    due: (now) => now >= renewAt,
  };
}

function revocationStore(database: Database) {
  return {
    async revoked() {
      const rows = await database
        .selectFrom('certificates')
        .select(['serial', 'der', 'revoked_at', 'not_after'])
        .where('revoked_at', 'is not', null)
        .execute();
      return rows.map((row) => ({
        serial: row.serial,
        issuer: issuerOf(row.der),
        revokedAt: row.revoked_at ?? 0,
        notAfter: row.not_after,
      }));
    },
    async nextNumber(issuer: string) {
      const name = `crl-number ${issuer}`;
      const { value } = await database
        .insertInto('facts')
        .values({ name, value: '1' })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({ value: sql<string>`cast(cast(facts.value as integer) + 1 as text)` }),
        )
        .returning('value')
        .executeTakeFirstOrThrow();
      return BigInt(value);
    },
  };
}

/** The CA that signed a certificate, as `issuerId` gives it. */
function issuerOf(der: Uint8Array): string {
  const { authorityKeyIdentifier } = parseCertificate(der);
  return authorityKeyIdentifier === undefined ? '' : toHex(authorityKeyIdentifier);
}
