import { type Command, Option } from 'commander';
import type { Environment } from '../environment.ts';
import { dataHelp, parseCount } from '../options.ts';
import type { DemoOptions, ServeOptions } from '../serve.ts';

export function upCommand(program: Command, environment: Environment): void {
  withServeOptions(program.command('up'))
    .description('run a site; a new one is created where there is none')
    .action(async (options: ServeOptions) => {
      const { serveSite } = await import('../serve.ts');
      await serveSite(options, environment);
    });
}

export function demoCommand(program: Command, environment: Environment): void {
  withServeOptions(program.command('demo'))
    .description('run a site in a temporary directory, with a simulated fleet and a story that unfolds')
    .option(
      '--pace <seconds>',
      'seconds between the chapters of the story (default: time to read each)',
      parseCount,
    )
    .action(async (options: DemoOptions) => {
      const { serveDemo } = await import('../serve.ts');
      await serveDemo(options, environment);
    });
}

function withServeOptions(command: Command): Command {
  return command
    .option('--data <directory>', dataHelp)
    .option('--config <file>', 'a configuration other than kiten.toml in the data directory')
    .option('--json', 'print one JSON object a line: `ready` first, then what happens')
    .addOption(
      new Option('--ports <which>', 'the configured ports, or free ones')
        .choices(['default', 'random'])
        .default('default'),
    );
}
