import type { Command } from 'commander';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { readText } from '../files.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { print, printJson, printTable, showTime } from '../output.ts';

interface Witnesses {
  readonly key: string;
  readonly witnesses: readonly {
    readonly name: string;
    readonly url: string;
    readonly size: number;
    readonly cosignedAt?: number;
    readonly problem?: string;
  }[];
  readonly followed: readonly {
    readonly origin: string;
    readonly keys: readonly string[];
    readonly size: number;
    readonly cosignedAt?: number;
  }[];
  readonly suspicions: readonly {
    readonly at: number;
    readonly origin: string;
    readonly kind: string;
    readonly cosigned: string;
    readonly submitted: string;
  }[];
}

type Reasoned = SiteOptions & { reason: string };

const reasonOption = ['--reason <text>', 'why; it stands in the log'] as const;

/** `kiten log witness …`: who watches this log, and whose logs this site watches. */
export function witnessCommands(log: Command, environment: Environment): void {
  const witness = log
    .command('witness')
    .description('others who sign that they see the same log, and the logs that this site does it for');

  withSite(witness.command('list'))
    .description('the witnesses of this log, the logs witnessed here, and what did not go together')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const answer = await client.get<Witnesses>('/log/witnesses');
      if (options.json) printJson(answer);
      else printWitnesses(answer);
    });

  withSite(witness.command('key'))
    .description('print this site’s key as a witness, for the other site’s `log witness add`')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const { key } = await client.get<Witnesses>('/log/witnesses');
      if (options.json) printJson({ key });
      else print(key);
    });

  withSite(witness.command('add <key>'))
    .description('have a witness cosign each checkpoint; its key is a C2SP verifier key')
    .requiredOption('--url <url>', 'its submission prefix, https://site.example:8443/witness')
    .option('--ca <file>', 'PEM of the CA of its server, if the system does not know it')
    .requiredOption(...reasonOption)
    .action(async (key: string, options: Reasoned & { url: string; ca?: string }) => {
      const client = await openClient(options, environment);
      const { url, reason } = options;
      const ca = options.ca === undefined ? {} : { ca: await readText(options.ca) };
      const added = await client.send<Witnesses['witnesses'][number]>('POST', '/log/witnesses', {
        key,
        url,
        reason,
        ...ca,
      });
      if (options.json) return printJson(added);
      return print(
        added.problem === undefined
          ? `● ${added.name} has cosigned the log at ${added.size} entries.`
          : `▲ ${added.name} is asked from now on, and does not cosign yet (${added.problem}).`,
      );
    });

  withSite(witness.command('remove <name>'))
    .description('ask a witness no more')
    .requiredOption(...reasonOption)
    .action(async (name: string, options: Reasoned) => {
      const client = await openClient(options, environment);
      const reason = encodeURIComponent(options.reason);
      await client.send('DELETE', `/log/witnesses/${encodeURIComponent(name)}?reason=${reason}`);
      if (options.json) printJson({ removed: name });
      else print(`${name} is asked no more.`);
    });

  withSite(witness.command('follow <key...>'))
    .description('be a witness for another log: give the verifier key that `kiten log key` prints there')
    .requiredOption(...reasonOption)
    .action(async (keys: string[], options: Reasoned) => {
      const client = await openClient(options, environment);
      const body = { keys, reason: options.reason };
      const followed = await client.send<{ origin: string }>('POST', '/log/followed', body);
      if (options.json) printJson(followed);
      else print(`This site is a witness for ${followed.origin} now.`);
    });

  withSite(witness.command('unfollow <origin>'))
    .description('be a witness for that log no more')
    .requiredOption(...reasonOption)
    .action(async (origin: string, options: Reasoned) => {
      const client = await openClient(options, environment);
      const query = new URLSearchParams({ origin, reason: options.reason });
      await client.send('DELETE', `/log/followed?${query}`);
      if (options.json) printJson({ unfollowed: origin });
      else print(`This site is no witness for ${origin} any more.`);
    });
}

function printWitnesses({ key, witnesses, followed, suspicions }: Witnesses): void {
  print(
    witnesses.length === 0
      ? 'no witnesses are asked: `kiten log witness add` adds one'
      : 'witnesses of this log',
  );
  if (witnesses.length > 0) {
    printTable(
      ['', 'NAME', 'COSIGNED', 'WHEN (UTC)', 'AT', 'PROBLEM'],
      witnesses.map(({ name, url, size, cosignedAt, problem }) => [
        problem === undefined ? '●' : '✖',
        name,
        String(size),
        showTime(cosignedAt),
        url,
        problem ?? '–',
      ]),
    );
  }
  const active = followed.filter(({ keys }) => keys.length > 0);
  print(active.length === 0 ? '\nno log is witnessed here' : '\nlogs witnessed here');
  if (active.length > 0) {
    printTable(
      ['LOG', 'COSIGNED', 'WHEN (UTC)'],
      active.map(({ origin, size, cosignedAt }) => [origin, String(size), showTime(cosignedAt)]),
    );
  }
  print(`\nthis site’s key as a witness\n${key}`);
  for (const { at, origin, kind, cosigned, submitted } of suspicions) {
    print(
      `\n✖ ${showTime(at)} ${origin}: ${kind === 'split-view' ? 'two trees, both signed' : 'no proof that one continues the other'}`,
    );
    print(`${cosigned}\n${submitted}`);
  }
}
