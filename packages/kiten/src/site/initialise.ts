import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, encodePem, parseCertificate } from '@kiten/codec';
import {
  createIssuingAuthority,
  createRoot,
  fingerprint,
  generateSigner,
  issueRevocationList,
  parseTrustDomain,
  storeSigner,
} from '@kiten/identity';
import { defaultPolicies } from '@kiten/policy';
import { configurationTemplate } from '../config/configuration.ts';
import { insertApiToken } from '../store/api-tokens.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { migrate } from '../store/migrations.ts';
import { insertOperator } from '../store/operators.ts';
import { insertStatement, type StatementRecord } from '../store/statements.ts';
import { apiTokenOf } from './access/api-tokens.ts';
import { type Layout, layoutOf } from './layout.ts';
import { logKeyFile } from './log-identity.ts';
import { defaultGroup } from './register.ts';
import { newSecret, type Random } from './secrets.ts';
import { stateAppointment } from './statements.ts';
import { makeWhole } from './whole-directory.ts';

export interface NewSite {
  readonly directory: string;
  /** The trust domain. */
  readonly site: string;
  /** What `kiten.toml` says; the template with every default unless given. */
  readonly configuration?: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

/** What was made, for whoever asked for it. */
export interface CreatedSite {
  readonly site: string;
  readonly ca: string;
  readonly caFingerprint: string;
  readonly tokenFile: string;
  readonly configuration: string;
  readonly rootKey: string;
}

/** The first operator: whoever created the site. */
export const owner = 'owner';

/**
 * Creates a site: all of it, or nothing.
 *
 * @throws KitenError `kiten/site-exists`, `kiten/directory-not-empty`, `identity/trust-domain`
 */
export async function initialise({
  directory,
  site,
  configuration = configurationTemplate,
  clock,
  random,
}: NewSite): Promise<CreatedSite> {
  const trustDomain = parseTrustDomain(site);
  const rootDer = await makeWhole(directory, (making) =>
    make(layoutOf(making), { trustDomain, site, configuration, clock, random }),
  );
  const made = layoutOf(directory);
  return {
    site,
    ca: made.caFile,
    caFingerprint: fingerprint(rootDer),
    tokenFile: made.tokenFile,
    configuration: made.configuration,
    rootKey: join(made.keys, 'root.key.pem'),
  };
}

async function make(
  layout: Layout,
  making: Making & { site: string; configuration: string },
): Promise<Uint8Array> {
  for (const folder of [layout.keys, layout.certificates, layout.log]) await mkdir(folder, { mode: 0o700 });
  const { rootDer, appointment } = await createKeysAndCertificates(layout, making);
  await writeFile(layout.configuration, making.configuration, { mode: 0o600 });
  await writeFile(join(layout.directory, 'site-name'), `${making.site}\n`);
  const database = openDatabase(layout.store);
  await migrate(database);
  await fill(database, layout, making, appointment);
  await database.destroy();
  return rootDer;
}

interface Making {
  readonly trustDomain: ReturnType<typeof parseTrustDomain>;
  readonly clock: Clock;
  readonly random: Random;
}

interface Created {
  readonly rootDer: Uint8Array;
  /** The root's word for the verifier's key, given while the root's key is at hand. */
  readonly appointment: StatementRecord;
}

async function createKeysAndCertificates(
  layout: Layout,
  making: Making & { site: string },
): Promise<Created> {
  const [root, issuing, server, verifier] = [1, 2, 3, 4].map(() => generateSigner('ES256')) as [
    Key,
    Key,
    Key,
    Key,
  ];
  const [log, witness] = [generateSigner('EdDSA'), generateSigner('EdDSA')];
  for (const [name, signer] of Object.entries({ root, issuing, server, verifier, log, witness })) {
    await storeSigner(join(layout.keys, `${name}.key.pem`), signer);
  }
  await writeFile(logKeyFile(layout), encodePem('PUBLIC KEY', log.publicKey));
  await writeFile(join(layout.keys, 'verifier.pub.pem'), encodePem('PUBLIC KEY', verifier.publicKey));

  const rootDer = createRoot({ ...making, signer: root });
  const certificate = parseCertificate(rootDer);
  const issuingDer = createIssuingAuthority({
    ...making,
    publicKey: issuing.publicKey,
    root: { certificate, signer: root },
  });
  // The root revokes nothing; its list is made now, while the key is here, and lives as long as the issuing CA.
  const store = { revoked: async () => [], nextNumber: async () => 1n };
  const lifetime = parseCertificate(issuingDer).notAfter - making.clock.now();
  const list = await issueRevocationList({ certificate, signer: root }, store, making.clock, { lifetime });
  await writeFile(layout.caFile, encodePem('CERTIFICATE', rootDer));
  await writeFile(join(layout.certificates, 'issuing.pem'), encodePem('CERTIFICATE', issuingDer));
  await writeFile(join(layout.certificates, 'root.crl.pem'), encodePem('X509 CRL', list.der));
  const { site: issuer, clock } = making;
  return {
    rootDer,
    appointment: stateAppointment({ issuer, signer: root }, verifier.publicKey, clock.now()),
  };
}

type Key = ReturnType<typeof generateSigner>;

async function fill(
  database: Database,
  layout: Layout,
  { site, clock, random }: Omit<NewSite, 'directory'>,
  appointment: StatementRecord,
): Promise<void> {
  const at = clock.now();
  await database.insertInto('facts').values({ name: 'site', value: site }).execute();
  const groups = [defaultGroup, 'controllers', 'observers'];
  const required = JSON.stringify(['instance-identity']);
  await database
    .insertInto('groups')
    .values(groups.map((name) => ({ name, required })))
    .execute();
  const first = { text: defaultPolicies, author: 'site', reason: 'The policies that Kiten ships', at };
  await database.insertInto('policies').values(first).execute();
  // The log takes it when it is first opened.
  await insertStatement(database, appointment);
  const { statement: entry, digest: statement } = appointment;
  await database.insertInto('outbox').values({ entry, statement, log_size: 0 }).execute();
  await insertOperator(database, { name: owner, role: 'administrator', createdAt: at, arrivedAt: at });
  const token = newSecret('kto_', random);
  const everything = {
    operator: owner,
    name: 'operator.token',
    scopes: ['administer', 'account'] as const,
    at,
  };
  await insertApiToken(database, apiTokenOf(token, everything));
  await writeFile(layout.tokenFile, `${token}\n`, { mode: 0o600 });
}
