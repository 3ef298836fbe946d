import { KitenError } from '@kiten/codec';
import type { Command } from 'commander';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { print, printJson } from '../output.ts';

interface PasswordAnswer {
  readonly device: string;
  readonly password: string;
  readonly groups: readonly string[];
  readonly mqtts?: string;
  readonly mqtt?: string;
}

interface PasswordOptions extends SiteOptions {
  readonly group?: string;
  readonly replace?: boolean;
  readonly withdraw?: boolean;
  readonly reason?: string;
}

/** Passwords of devices that can do no better. */
export function devicePasswordCommand(device: Command, environment: Environment): void {
  withSite(device.command('password <id>'))
    .description('make a password for a device that can have no certificate; it is shown once')
    .option('--group <name>', 'a further group that the device joins, beside “password”')
    .option('--replace', 'in place of the one that it has; connections by the old one end')
    .option('--withdraw', 'take the password away instead; connections by it end')
    .option('--reason <text>', 'why it is withdrawn; it stands in the log')
    .action(async (id: string, options: PasswordOptions) => {
      if (options.withdraw === true) return withdraw(id, options, environment);
      const client = await openClient(options, environment);
      const { group, replace } = options;
      const path = `/devices/${encodeURIComponent(id)}/password`;
      const answer = await client.send<PasswordAnswer>('POST', path, { group, replace });
      if (options.json) return printJson(answer);
      print(answer.password);
      process.stderr.write(explain(answer));
      return undefined;
    });
}

async function withdraw(id: string, options: PasswordOptions, environment: Environment): Promise<void> {
  const { reason } = options;
  if (reason === undefined)
    throw new KitenError('kiten/reason-missing', 'Say with --reason why the password is withdrawn.');
  const client = await openClient(options, environment);
  const query = new URLSearchParams({ reason });
  const answer = await client.send<{ id: string }>(
    'DELETE',
    `/devices/${encodeURIComponent(id)}/password?${query}`,
  );
  if (options.json) printJson(answer);
  else print(`${id} has no password any more.`);
}

function explain({ device, groups, mqtts, mqtt }: PasswordAnswer): string {
  const where = mqtts ?? mqtt;
  const door =
    where === undefined
      ? 'No port takes passwords yet: set [passwords] port in kiten.toml.'
      : `It is taken at ${where}${mqtts === undefined ? ', without TLS: everybody on the way can read it' : ''}.`;
  return `the password of ${device} (its user name), groups ${groups.join(' ')}; it is not shown again. ${door}\n`;
}
