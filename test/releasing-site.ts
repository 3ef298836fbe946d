import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { kiten, run, TestSite } from './kiten.ts';

export interface Campaign {
  readonly id: string;
  readonly state: string;
  readonly wave: number;
  readonly paused?: { readonly code: string };
  readonly waves: readonly {
    readonly size: number;
    readonly proven: number;
    readonly failed: number;
    readonly waiting: number;
  }[];
}

/** A site, and a repository of its releases with keys of its own. */
export async function newReleasingSite() {
  const site = await TestSite.start();
  onTestFinished(() => site[Symbol.asyncDispose]());
  const at = (name: string) => join(site.directory, name);
  for (const name of ['root', 'targets', 'online']) {
    await run('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', at(`${name}.key`)]);
    await run('openssl', ['pkey', '-in', at(`${name}.key`), '-pubout', '-out', at(`${name}.pub`)]);
    await run('chmod', ['600', at(`${name}.key`)]);
  }
  const done = async (...args: string[]) => {
    const outcome = await site.kiten('update', ...args);
    expect(outcome).toMatchObject({ code: 0 });
    return outcome.stdout;
  };
  const offline = async (...args: string[]) => {
    expect(await kiten(['update', ...args], site.env)).toMatchObject({ code: 0 });
  };
  const holders = ['root=root', 'targets=targets', 'snapshot=online', 'timestamp=online'];
  const named = holders.flatMap((one) => ['--holder', `${one.replace('=', `=${site.directory}/`)}.pub`]);
  await offline('init', at('repository'), ...named);
  await offline('sign', at('repository/staged/root.json'), '--key', at('root.key'));

  /** Publishes an image, signed by whose it is, into the site. */
  async function publish(target: string, content: Buffer, custom: object, ...references: readonly string[]) {
    await writeFile(at('image'), content);
    const said = JSON.stringify({ hardwareIds: ['pump-2'], ...custom });
    await offline('add', at('repository'), at('image'), '--as', target, '--custom', said);
    return bring(...references);
  }

  async function withdraw(target: string) {
    await offline('remove', at('repository'), target);
    return bring();
  }

  async function bring(...references: readonly string[]) {
    await offline('sign', at('repository/staged/targets.json'), '--key', at('targets.key'));
    const along = references.length === 0 ? [] : ['--reference', ...references];
    const to = ['--to-site', '--reason', 'release', '--json', ...along];
    return JSON.parse(await done('publish', at('repository'), '--key', at('online.key'), ...to));
  }

  async function create(definition: object): Promise<Campaign> {
    await writeFile(at('campaign.json'), JSON.stringify(definition));
    return site.json<Campaign>('update', 'campaign', 'create', at('campaign.json'), '--reason', 'test');
  }

  return { site, at, done, offline, publish, withdraw, create };
}
