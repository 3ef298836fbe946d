import { fileURLToPath } from 'node:url';
import { freePorts } from './free-ports.ts';
import { IdentityProvider } from './identity-provider.ts';
import { TestPostgres } from './postgres.ts';
import type { Surroundings } from './run-document.ts';

/** What some guides take for granted, by the guide. */
export const surroundings: Readonly<Record<string, () => Promise<Surroundings>>> = {
  'docs/how-to/send-events': ports,
  'docs/how-to/defend-a-sensor': clone,
  'docs/how-to/use-postgresql': postgres,
  'docs/how-to/let-people-in': identityProvider,
  'docs/how-to/run-as-a-service': repository,
};

/** Ports for receivers that the guide has its reader start. */
async function ports(): Promise<Surroundings> {
  const [SYSLOG_PORT, WEB_PORT] = (await freePorts(['127.0.0.1', '127.0.0.1'])).map(String) as [
    string,
    string,
  ];
  return {
    env: { SYSLOG_PORT, WEB_PORT },
    standIns: [
      ['receiver.mjs 5514 8090', 'receiver.mjs $SYSLOG_PORT $WEB_PORT'],
      ['127.0.0.1:5514', '127.0.0.1:$SYSLOG_PORT'],
      ['127.0.0.1:8090', '127.0.0.1:$WEB_PORT'],
    ],
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A PostgreSQL server, and somebody in it who may create roles. */
async function postgres(): Promise<Surroundings> {
  const server = await TestPostgres.start();
  const { port } = new URL(server.url('postgres'));
  return {
    env: { PGUSER: 'kiten', PGPASSWORD: server.password, POSTGRES_PORT: port },
    standIns: [
      ['localhost:5432', 'localhost:$POSTGRES_PORT'],
      ['-p 5432', '-p $POSTGRES_PORT'],
    ],
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** An identity provider that knows ann and bob, and the site as a client. */
async function identityProvider(): Promise<Surroundings> {
  const provider = await IdentityProvider.listen({ ann: ['kiten-admins'], bob: ['line-3'] });
  provider.serve({
    id: 'kiten',
    secret: 'what the provider gave to the site, some forty characters',
    redirect: 'https://kiten.plant-7.example:7443/api/v1/sign-in/oidc/callback',
  });
  return {
    env: { ISSUER: provider.issuer },
    standIns: [['https://id.plant-7.example', '$ISSUER']],
    [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose](),
  };
}

/** The repository, in whose folder a reader types; without a Node, the package is made in a fraction of the time. */
async function repository(): Promise<Surroundings> {
  return {
    env: { REPOSITORY: fileURLToPath(new URL('..', import.meta.url)) },
    standIns: [
      ['npm run package:deb', '"$KITEN_NODE" "$REPOSITORY/scripts/package-deb.ts" --without-node --out .'],
    ],
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A clone of the repository after `npm install`: its packages, and the Node that runs them. */
async function clone(): Promise<Surroundings> {
  return {
    env: { REPOSITORY: fileURLToPath(new URL('..', import.meta.url)) },
    standIns: [
      ['cat > watermark.mjs', 'ln -s "$REPOSITORY/node_modules" node_modules\ncat > watermark.mjs'],
      ['\nnode ', '\n"$KITEN_NODE" '],
    ],
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
