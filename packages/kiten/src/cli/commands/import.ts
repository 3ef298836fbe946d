import type { Command } from 'commander';
import { amendedInvariants, amendedPolicies } from '../../mosquitto/amended-policies.ts';
import { type ImportPlan, planImport } from '../../mosquitto/import-plan.ts';
import { importedGroup, type RuleOutcome } from '../../mosquitto/rights.ts';
import { type Client, openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { readText } from '../files.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { counted, print, printJson, printTable } from '../output.ts';

interface ImportOptions extends SiteOptions {
  readonly passwords: string;
  readonly acl?: string;
  readonly keepTopics?: boolean;
  readonly dryRun?: boolean;
}

interface Known {
  readonly id: string;
  readonly password?: { readonly origin: string };
}

/** What is put in force beside the devices. */
interface Changes {
  readonly policies: string | undefined;
  readonly invariants: string | undefined;
}

const reason = 'moved over from Mosquitto';

/** Fleets of other brokers, moved over. */
export function importCommands(program: Command, environment: Environment): void {
  const command = program.command('import').description('move the devices of another broker over');

  withSite(command.command('mosquitto'))
    .description('take over a Mosquitto fleet: its password file, and what its ACL file permits')
    .requiredOption('--passwords <file>', 'the file that mosquitto_passwd writes')
    .option('--acl <file>', 'the ACL file; without it devices keep to their own topics')
    .option(
      '--keep-topics',
      'let devices publish outside d/ID/ as the ACL says; an exception to the invariant device-publishes-in-its-own-name',
    )
    .option('--dry-run', 'change nothing: say what would become of each line')
    .action(async (options: ImportOptions) => {
      const client = await openClient(options, environment);
      const { passwords, acl, keepTopics = false } = options;
      const { devices } = await client.get<{ devices: Known[] }>('/devices?limit=10000');
      const known = new Map(devices.map((device) => [device.id, device]));
      const files = {
        passwords: await readText(passwords),
        acl: acl === undefined ? undefined : await readText(acl),
      };
      const plan = planImport(files, keepTopics, (id) =>
        known.has(id) && !isImported(known.get(id)) ? 'The site has a device of this name.' : undefined,
      );
      const changes = await changesFor(client, plan, keepTopics);
      const fresh = plan.devices.filter(({ id }) => !isImported(known.get(id)));
      if (options.dryRun !== true) await carryOut(client, fresh, changes);
      report(plan, fresh.length, options);
    });
}

function isImported(device: Known | undefined): boolean {
  return device?.password?.origin === 'imported';
}

/** Texts that are not as they should be; judged by the site before anything is changed, as far as it can. */
async function changesFor(client: Client, plan: ImportPlan, keepTopics: boolean): Promise<Changes> {
  const present = await client.get<{ text: string }>('/policies');
  const amended = amendedPolicies(present.text, plan.policies);
  const policies = amended.trim() === present.text.trim() ? undefined : amended;
  const kept = await client.get<{ text: string }>('/policies/invariants');
  const excepted = keepTopics && plan.policies.length > 0 ? amendedInvariants(kept.text) : kept.text;
  const invariants = excepted === kept.text ? undefined : excepted;
  if (policies !== undefined && invariants === undefined)
    await client.send('POST', '/policies/check', { text: policies });
  return { policies, invariants };
}

async function carryOut(
  client: Client,
  devices: ImportPlan['devices'],
  { policies, invariants }: Changes,
): Promise<void> {
  const { groups } = await client.get<{ groups: { name: string }[] }>('/groups');
  if (!groups.some(({ name }) => name === importedGroup))
    await client.send('PUT', `/groups/${importedGroup}`, { required: ['instance-identity'] });
  // Rights first, so that nobody is let in and then refused what it is used to.
  if (invariants !== undefined)
    await client.send('PUT', '/policies/invariants', { text: invariants, reason });
  if (policies !== undefined) await client.send('PUT', '/policies', { text: policies, reason });
  for (const { id, hash } of devices)
    await client.send('POST', `/devices/${encodeURIComponent(id)}/password`, { hash, group: importedGroup });
}

function report(
  { devices, refused, rules, policies }: ImportPlan,
  fresh: number,
  options: ImportOptions,
): void {
  const { dryRun = false } = options;
  if (options.json) {
    printJson({
      dryRun,
      devices: devices.map(({ id }) => id),
      fresh,
      refused,
      rules,
      policies: policies.length,
    });
    return;
  }
  if (refused.length > 0) {
    print('Users that are not taken over:');
    printTable(
      ['LINE', 'USER', 'WHY'],
      refused.map(({ line, username, why }) => [String(line), username, why]),
    );
    print();
  }
  const open = rules.filter(({ outcome }) => outcome === 'not-carried' || outcome === 'part');
  if (open.length > 0) {
    print('Rules that are not carried over, or not whole:');
    printTable(['LINE', 'RULE', 'WHY'], open.map(row));
    print();
  }
  const carried = rules.length - rules.filter(({ outcome }) => outcome === 'not-carried').length;
  const summary = `${counted(fresh, 'device', 'devices')} with their passwords, ${carried} of ${counted(rules.length, 'rule', 'rules')} as ${counted(policies.length, 'policy', 'policies')}`;
  print(dryRun ? `Would take over ${summary}. Nothing was changed.` : `Took over ${summary}.`);
}

function row({ line, text, outcome, why = '' }: RuleOutcome): string[] {
  return [String(line), text, outcome === 'part' ? `In part: ${why}` : why];
}
