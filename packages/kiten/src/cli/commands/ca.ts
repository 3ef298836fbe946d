import { join } from 'node:path';
import { decodePem, fromBase64, KitenError, parseCertificate, toBase64 } from '@kiten/codec';
import { createIssuingAuthority, issueRevocationList, loadSigner, parseTrustDomain } from '@kiten/identity';
import type { Command } from 'commander';
import { layoutOf } from '../../site/layout.ts';
import { type Client, openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { dataDirectory, type SiteOptions, withSite } from '../options.ts';
import { printJson, printTable, showTime } from '../output.ts';
import { systemSources } from '../system.ts';

const DAY = 86_400_000;

interface AuthorityAnswer {
  readonly kind: string;
  readonly state: string;
  readonly id: string;
  readonly fingerprint: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

interface RolloverAnswer {
  readonly site: string;
  readonly publicKey: string;
  readonly root: string;
}

/** `kiten ca`: who certifies the site's devices, and a new one in time. */
export function caCommands(program: Command, environment: Environment): void {
  const ca = program.command('ca').description('the certificate authorities of a site');

  withSite(ca.command('list'))
    .description('the root, the CA that issues, and those before it whose certificates hold')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const { authorities } = await client.get<{ authorities: AuthorityAnswer[] }>('/ca');
      if (options.json) printJson(authorities);
      else printAuthorities(authorities);
    });

  withSite(ca.command('rollover'))
    .description('let a new issuing CA take over: nobody is cut, devices get its certificates as they renew')
    .option(
      '--root-key <file>',
      'the root’s private key; keys/root.key.pem in the data directory unless given',
    )
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (options: SiteOptions & { rootKey?: string; reason: string }) => {
      const file =
        options.rootKey ?? join(layoutOf(dataDirectory(options.data, environment)).keys, 'root.key.pem');
      const client = await openClient(options, environment);
      const authorities = await rollOver(client, file, options.reason);
      if (options.json) printJson(authorities);
      else printAuthorities(authorities);
    });
}

/** The root's key is used here, where it is, and does not go to the site. */
async function rollOver(client: Client, rootKeyFile: string, reason: string): Promise<AuthorityAnswer[]> {
  const { clock, random } = systemSources();
  const signer = await loadSigner(rootKeyFile);
  const { site, publicKey, root } = await client.send<RolloverAnswer>('POST', '/ca/rollover');
  const [pem] = decodePem(root);
  if (pem === undefined)
    throw new KitenError('kiten/unexpected-answer', 'The site answered without its root.');
  const certificate = parseCertificate(pem.der);
  const issuing = createIssuingAuthority({
    trustDomain: parseTrustDomain(site),
    publicKey: fromBase64(publicKey),
    root: { certificate, signer },
    clock,
    random,
  });
  // The list is needed for as long as the CA, and begins at a whole second.
  const lifetime = parseCertificate(issuing).notAfter - clock.now() + DAY;
  // Seconds are a number that grows, wherever the root's key is kept.
  const store = { revoked: async () => [], nextNumber: async () => BigInt(Math.floor(clock.now() / 1000)) };
  const list = await issueRevocationList({ certificate, signer }, store, clock, { lifetime });
  const body = { certificate: toBase64(issuing), rootList: toBase64(list.der), reason };
  return (await client.send<{ authorities: AuthorityAnswer[] }>('PUT', '/ca/rollover', body)).authorities;
}

function printAuthorities(authorities: readonly AuthorityAnswer[]): void {
  printTable(
    ['CA', 'STATE', 'FROM (UTC)', 'UNTIL (UTC)', 'SHA-256'],
    authorities.map(({ kind, state, notBefore, notAfter, fingerprint }) => [
      kind,
      state,
      showTime(notBefore),
      showTime(notAfter),
      fingerprint,
    ]),
  );
}
