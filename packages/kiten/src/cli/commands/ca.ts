import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Certificate,
  decodePem,
  fromBase64,
  KitenError,
  parseCertificate,
  type Signer,
  toBase64,
} from '@kiten/codec';
import {
  createIssuingAuthority,
  createRootSuccession,
  generateSigner,
  issueRevocationList,
  loadSigner,
  parseTrustDomain,
  storeSigner,
  type TrustDomain,
} from '@kiten/identity';
import type { Command } from 'commander';
import { layoutOf } from '../../site/layout.ts';
import { type Client, openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { dataDirectory, type SiteOptions, withSite } from '../options.ts';
import { counted, printJson, printTable, showTime } from '../output.ts';
import { systemSources } from '../system.ts';

const DAY = 86_400_000;
const MOST_SHOWN = 20;

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

  withSite(ca.command('rollover-root'))
    .description('let a new root take over: devices that trust the one before are led from it to the new one')
    .option(
      '--root-key <file>',
      'the present root’s private key; keys/root.key.pem in the data directory unless given',
    )
    .option(
      '--new-root-key <file>',
      'where the new root’s key is put; unless given it takes the place of keys/root.key.pem, and that of before is kept beside it',
    )
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (options: RootOptions) => {
      const { keys } = layoutOf(dataDirectory(options.data, environment));
      const client = await openClient(options, environment);
      const authorities = await rollOverRoot(client, keys, options);
      if (options.json) printJson(authorities);
      else printAuthorities(authorities);
    });

  withSite(ca.command('retire-root'))
    .description('honour the root of before no more; without a reason, say who would be cut')
    .option('--reason <text>', 'why; it stands in the log')
    .action(async (options: SiteOptions & { reason?: string }) => {
      const client = await openClient(options, environment);
      const { devices } = await client.get<{ devices: string[] }>('/ca/previous-root/devices');
      if (options.reason === undefined) throw withoutReason(devices);
      const query = new URLSearchParams({ reason: options.reason });
      const answer = await client.send<{ authorities: AuthorityAnswer[] }>(
        'DELETE',
        `/ca/previous-root?${query}`,
      );
      if (options.json) return printJson({ ...answer, cut: devices });
      return printAuthorities(answer.authorities);
    });
}

type RootOptions = SiteOptions & { rootKey?: string; newRootKey?: string; reason: string };

function withoutReason(devices: readonly string[]): KitenError {
  const shown = devices.slice(0, MOST_SHOWN).join(', ') + (devices.length > MOST_SHOWN ? ', …' : '');
  const cut =
    devices.length === 0
      ? 'Every device has a certificate under the present root.'
      : `${counted(devices.length, 'device has', 'devices have')} no certificate under the present root and would be cut: ${shown}.`;
  return new KitenError(
    'kiten/root-retire-reason',
    `${cut} Say why with --reason to retire the root of before.`,
    {
      detail: { devices },
    },
  );
}

/** Both keys are used here, where they are, and do not go to the site. */
async function rollOverRoot(
  client: Client,
  keys: string,
  { rootKey, newRootKey, reason }: RootOptions,
): Promise<AuthorityAnswer[]> {
  const { clock, random } = systemSources();
  const usual = join(keys, 'root.key.pem');
  const before = await loadSigner(rootKey ?? usual);
  const { site, publicKey, root: pem } = await client.send<RolloverAnswer>('POST', '/ca/rollover');
  const trustDomain = parseTrustDomain(site);
  const previous = { certificate: rootIn(pem), signer: before };
  const signer = generateSigner('ES256');
  const links = createRootSuccession({ trustDomain, clock, random, signer, previous });
  // The key is kept before anything rests on it.
  const file = newRootKey ?? join(keys, 'root-next.key.pem');
  await storeSigner(file, signer);
  const root = { certificate: parseCertificate(links.root), signer };
  const signed = await signSuccessor(trustDomain, fromBase64(publicKey), root);
  const body = {
    ...signed,
    root: toBase64(links.root),
    newWithOld: toBase64(links.newWithOld),
    oldWithNew: toBase64(links.oldWithNew),
    reason,
  };
  const { authorities } = await client.send<{ authorities: AuthorityAnswer[] }>('PUT', '/ca/root', body);
  if (newRootKey === undefined) {
    const id = authorities.find(({ kind, state }) => kind === 'root' && state === 'previous')?.id ?? '';
    if (existsSync(usual)) await rename(usual, join(keys, `root-${id.slice(0, 8)}.key.pem`));
    await rename(file, usual);
  }
  return authorities;
}

function rootIn(pem: string): Certificate {
  const [found] = decodePem(pem);
  if (found === undefined)
    throw new KitenError('kiten/unexpected-answer', 'The site answered without its root.');
  return parseCertificate(found.der);
}

/** The root's key is used here, where it is, and does not go to the site. */
async function rollOver(client: Client, rootKeyFile: string, reason: string): Promise<AuthorityAnswer[]> {
  const signer = await loadSigner(rootKeyFile);
  const { site, publicKey, root: pem } = await client.send<RolloverAnswer>('POST', '/ca/rollover');
  const root = { certificate: rootIn(pem), signer };
  const signed = await signSuccessor(parseTrustDomain(site), fromBase64(publicKey), root);
  const body = { ...signed, reason };
  return (await client.send<{ authorities: AuthorityAnswer[] }>('PUT', '/ca/rollover', body)).authorities;
}

/** The root's word for an issuing CA, and a list to go with it; base64. */
async function signSuccessor(
  trustDomain: TrustDomain,
  publicKey: Uint8Array,
  root: { readonly certificate: Certificate; readonly signer: Signer },
): Promise<{ certificate: string; rootList: string }> {
  const { clock, random } = systemSources();
  const issuing = createIssuingAuthority({ trustDomain, publicKey, root, clock, random });
  // The list is needed for as long as the CA, and begins at a whole second.
  const lifetime = parseCertificate(issuing).notAfter - clock.now() + DAY;
  // Seconds are a number that grows, wherever the root's key is kept.
  const store = { revoked: async () => [], nextNumber: async () => BigInt(Math.floor(clock.now() / 1000)) };
  const list = await issueRevocationList(root, store, clock, { lifetime });
  return { certificate: toBase64(issuing), rootList: toBase64(list.der) };
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
