import { KitenError, parseJsonStrict } from '@kiten/codec';
import type { Command } from 'commander';
import {
  type CampaignAnswer,
  type DeviceUpdates,
  type PlanAnswer,
  printCampaign,
  printPlan,
  printWhy,
  progress,
  sum,
} from '../campaign-output.ts';
import { type Client, openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { readText } from '../files.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { print, printJson, printTable, showTime } from '../output.ts';
import { isWaiting } from '../waiting.ts';

type Reasoned = SiteOptions & { readonly reason: string };

const path = (campaign: string, rest = '') => `/update/campaigns/${encodeURIComponent(campaign)}${rest}`;
const reasoned = (command: Command) =>
  withSite(command).requiredOption('--reason <text>', 'why; it stands in the log');

/** `kiten update campaign`: what is rolled out to whom. */
export function campaignCommands(update: Command, environment: Environment): void {
  const campaign = update
    .command('campaign')
    .description('roll a release out over the devices of a site, wave by wave, as far as they hold');

  withSite(campaign.command('create <definition>'))
    .description('create a campaign from a file in JSON; nothing happens before it is started')
    .option('--reason <text>', 'why; it stands in the log')
    .option('--dry-run', 'keep nothing, and say whom it would reach')
    .action(async (file: string, options: SiteOptions & { reason?: string; dryRun?: boolean }) => {
      const definition = parseJsonStrict(await readText(file), { maxBytes: 64 * 1024 });
      const client = await openClient(options, environment);
      const plan = await client.send<PlanAnswer>('POST', '/update/campaigns/plan', { definition });
      if (options.dryRun === true) return options.json ? printJson(plan) : printPlan(plan);
      if (options.reason === undefined)
        throw new KitenError('kiten/option-missing', 'A campaign has a reason: --reason TEXT.');
      const body = { definition, reason: options.reason };
      const created = await client.send<CampaignAnswer>('POST', '/update/campaigns', body);
      if (options.json) return printJson(created);
      printPlan(plan);
      return print(
        `Campaign ${created.id} (${created.name}) is a draft: kiten update campaign start ${created.id} --reason …`,
      );
    });

  withSite(campaign.command('list'))
    .description('all campaigns, the newest first')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const { campaigns } = await client.get<{ campaigns: CampaignAnswer[] }>('/update/campaigns');
      if (options.json) return printJson(campaigns);
      return printTable(
        ['CAMPAIGN', 'STATE', 'NAME', 'WAVE', 'DEVICES', 'PROVEN', 'FAILED', 'CHANGED (UTC)'],
        campaigns.map((one) => [
          ...[one.id, one.state, one.name, `${Math.min(one.wave, one.waves.length)}/${one.waves.length}`],
          ...[sum(one, 'size'), sum(one, 'proven'), sum(one, 'failed')].map(String),
          showTime(one.changedAt),
        ]),
      );
    });

  withSite(campaign.command('show <campaign>'))
    .description('how far a campaign has come, by its id or its name')
    .option('--watch', 'go on showing it until it stops')
    .action(async (id: string, options: SiteOptions & { watch?: boolean }) => {
      const client = await openClient(options, environment);
      if (options.watch === true) await watch(client, id);
      const found = await client.get<CampaignAnswer>(path(id));
      return options.json ? printJson(found) : printCampaign(found);
    });

  withSite(campaign.command('devices <campaign>'))
    .description('its devices, and how far each has come')
    .option(
      '--state <state>',
      'only those: waiting, assigned, installed, confirmed, proven, failed, returning …',
    )
    .action(async (id: string, options: SiteOptions & { state?: string }) => {
      const client = await openClient(options, environment);
      const devices = await allDevices(client, id, options.state);
      if (options.json) return printJson(devices);
      return printTable(
        ['DEVICE', 'WAVE', 'STATE', 'ATTEMPTS', 'ASSIGNED (UTC)', 'CODE'],
        devices.map(({ device, wave, state, attempts, assignedAt, code }) => [
          ...[device, wave === 0 ? 'repair' : String(wave), state, String(attempts), showTime(assignedAt)],
          code ?? '–',
        ]),
      );
    });

  for (const [verb, description] of verbs) {
    reasoned(campaign.command(`${verb} <campaign>`))
      .description(description)
      .action(async (id: string, options: Reasoned) => {
        const client = await openClient(options, environment);
        const answer = await client.send<CampaignAnswer>('POST', path(id, `/${verb}`), {
          reason: options.reason,
        });
        if (isWaiting(answer, options)) return options.json ? printJson(answer) : undefined;
        return options.json ? printJson(answer) : printCampaign(answer);
      });
  }

  withSite(campaign.command('why <device>'))
    .description('why a device is, or is not, updated by each campaign')
    .action(async (device: string, options: SiteOptions) => {
      const client = await openClient(options, environment);
      const found = await client.get<DeviceUpdates>(`/devices/${encodeURIComponent(device)}/updates`);
      return options.json ? printJson(found) : printWhy(device, found);
    });
}

const verbs = [
  ['start', 'plan it over the devices there are, and open the first wave'],
  ['pause', 'tell nobody anything by it; what devices report is heard all the same'],
  ['resume', 'go on, despite what has failed so far: only what fails from now on counts'],
  ['abort', 'end it; whoever has installed the release goes on with it'],
  ['rollback', 'take it back from whoever has not confirmed; what is confirmed has burnt its counter'],
] as const;

interface MemberAnswer {
  readonly device: string;
  readonly wave: number;
  readonly state: string;
  readonly attempts: number;
  readonly assignedAt?: number;
  readonly code?: string;
}

async function allDevices(
  client: Client,
  id: string,
  state: string | undefined,
): Promise<readonly MemberAnswer[]> {
  const found: MemberAnswer[] = [];
  for (let after = ''; ; ) {
    const query = new URLSearchParams({ ...(after && { after }), ...(state !== undefined && { state }) });
    const page = await client.get<{ devices: MemberAnswer[]; more: boolean }>(path(id, `/devices?${query}`));
    found.push(...page.devices);
    if (!page.more) return found;
    after = page.devices.at(-1)?.device ?? '';
  }
}

/** A bar on standard error until the campaign does not run any more, or is all that it can be by itself. */
async function watch(client: Client, id: string): Promise<void> {
  const isShown = process.stderr.isTTY;
  for (;;) {
    const found = await client.get<CampaignAnswer>(path(id));
    if (isShown) process.stderr.write(`\r\x1b[K${progress(found)}`);
    if (found.state !== 'running' && found.state !== 'rolling-back') break;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  if (isShown) process.stderr.write('\r\x1b[K');
}
