import type { Command } from 'commander';
import type { Environment } from '../environment.ts';
import { askAboutSite, atTerminal, configurationWith } from '../init-questions.ts';
import { dataDirectory, dataHelp } from '../options.ts';
import { print, printJson } from '../output.ts';
import { systemSources } from '../system.ts';

export function initCommand(program: Command, environment: Environment): void {
  program
    .command('init')
    .description('create a site: its certificate authority, operator, keys and default policies')
    .option('--data <directory>', dataHelp)
    .option(
      '--name <domain>',
      'the site’s trust domain, which stands in every identity; without it, a terminal is asked',
    )
    .option('--json', 'print JSON')
    .action(async (options: { data?: string; name?: string; json?: boolean }) => {
      const { initialise } = await import('../../site/initialise.ts');
      const directory = dataDirectory(options.data, environment);
      const isAsked = options.name === undefined && options.json !== true && isTerminal();
      const { site: name, configuration } = isAsked
        ? await answered()
        : { site: options.name ?? standardName, configuration: undefined };
      const site = await initialise({ directory, site: name, configuration, ...systemSources() });
      if (options.json) return printJson({ data: directory, ...site });
      print(`created ${site.site} in ${directory}`);
      print(`  CA certificate   ${site.ca}`);
      print(`  CA SHA-256       ${site.caFingerprint}`);
      print(`  operator token   ${site.tokenFile} (readable by you alone)`);
      print(`  configuration    ${site.configuration}`);
      print();
      print(`The root key is ${site.rootKey}: move it off this machine; the site runs without it.`);
      return print(`Start the site with: npx kiten up --data ${directory}`);
    });
}

const standardName = 'site.example';

const isTerminal = (): boolean => process.stdin.isTTY === true && process.stdout.isTTY === true;

async function answered(): Promise<{ site: string; configuration: string }> {
  const answers = await atTerminal((ask) => askAboutSite(ask, standardName));
  return { site: answers.site, configuration: configurationWith(answers) };
}
