import { KitenError } from '@kiten/codec';
import { nodeVerify } from '@kiten/identity';
import { formatOf, initialiseTufClient, replaceTufRoot, TufClient } from '@kiten/update';
import type { Command } from 'commander';
import { fetchFile } from '../fetch-file.ts';
import { makeDirectory, readBytes } from '../files.ts';
import { print, printJson } from '../output.ts';
import { systemSources } from '../system.ts';

/** Each verb takes some of them, before it or behind it: the interface of tuf-conformance. */
interface ClientOptions {
  readonly metadataDir?: string;
  readonly metadataUrl?: string;
  readonly targetName?: string;
  readonly targetBaseUrl?: string;
  readonly targetDir?: string;
  readonly legacy?: boolean;
  readonly json?: boolean;
}

/** `kiten update tuf-client`: a TUF client whose state lies in the directories it is given, and nowhere else. */
export function tufClientCommands(update: Command): void {
  const client = update
    .command('tuf-client')
    .description('a TUF client; exits with 1 when anything is refused, and leaves what it trusts as it was')
    .option('--metadata-dir <directory>', 'what the client trusts: its own directory')
    .option('--metadata-url <url>', 'refresh, download: where the repository’s metadata is')
    .option('--target-name <name>', 'download: the target’s path in the metadata')
    .option('--target-base-url <url>', 'download: where the repository’s targets are')
    .option('--target-dir <directory>', 'download: where the target goes')
    .option('--legacy', 'read metadata as the older servers for vehicles write it')
    .option('--json', 'print JSON');

  client
    .command('init <root>')
    .description('begin to trust a root that came with the software: a file')
    .option('--replace', 'in place of the one that is trusted, and of all that was trusted under it')
    .option('--digest <hex>', 'with --replace: the SHA-256 of the file, as its holders say it themselves')
    .action(async (root: string, { replace, digest }: { replace?: boolean; digest?: string }) => {
      const { metadataDir, legacy, json } = client.opts<ClientOptions>();
      const directory = given(metadataDir, '--metadata-dir');
      const bytes = await readBytes(root);
      await makeDirectory(directory);
      const version =
        replace === true
          ? await replaceTufRoot(directory, bytes, { verify: nodeVerify, digest: given(digest, '--digest') })
          : await initialiseTufClient(directory, bytes, {
              verify: nodeVerify,
              format: formatOf(profileOf(legacy)),
            });
      return json ? printJson({ root: version }) : print(`${directory}: root ${version} is trusted`);
    });

  client
    .command('refresh')
    .description('bring the metadata up to date')
    .action(async () => {
      const options = client.opts<ClientOptions>();
      const versions = await tufClient(options).refresh();
      if (options.json) return printJson(versions);
      return print(
        Object.entries(versions)
          .map(([role, version]) => `${role} ${version}`)
          .join(', '),
      );
    });

  client
    .command('download')
    .description('bring the metadata up to date, and fetch a target unless it is there')
    .action(async () => {
      const options = client.opts<ClientOptions>();
      const name = given(options.targetName, '--target-name');
      const targetUrl = given(options.targetBaseUrl, '--target-base-url');
      const targetDirectory = given(options.targetDir, '--target-dir');
      const tuf = tufClient(options);
      const target = await tuf.find(name);
      await makeDirectory(targetDirectory);
      const { file, present } = await tuf.download(target, { targetUrl, targetDirectory });
      if (options.json) {
        const { role, length, custom } = target;
        return printJson({ target: name, file, present, role, length, ...(custom && { custom }) });
      }
      return print(`${file}: ${name} by ${target.role}${present ? ', which was there' : ''}`);
    });
}

function tufClient(options: ClientOptions): TufClient {
  return new TufClient({
    metadataDirectory: given(options.metadataDir, '--metadata-dir'),
    metadataUrl: given(options.metadataUrl, '--metadata-url'),
    fetch: fetchFile,
    verify: nodeVerify,
    clock: systemSources().clock,
    format: formatOf(profileOf(options.legacy)),
  });
}

const profileOf = (legacy: boolean | undefined) => (legacy === true ? 'legacy' : 'standard');

/** Not left to the parser of options, for whom each of them is optional: it would exit with 2. */
function given(value: string | undefined, option: string): string {
  if (value !== undefined && value !== '') return value;
  throw new KitenError('kiten/option-missing', `This takes ${option}.`);
}
