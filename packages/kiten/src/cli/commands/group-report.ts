import type { Command } from 'commander';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { parseDuration, type SiteOptions, withSite } from '../options.ts';
import { counted, print, printJson, printTable, showTime } from '../output.ts';

interface ReportAnswer {
  readonly group: string;
  readonly mode: string;
  readonly devices: number;
  readonly of: number;
  readonly total: number;
  readonly rows: readonly {
    device: string;
    action: string;
    topic: string;
    policies: readonly string[];
    count: number;
    lastAt: number;
  }[];
  readonly more: number;
}

/** `kiten group report`: what enforcing would break. */
export function groupReportCommand(group: Command, environment: Environment): void {
  withSite(group.command('report <name>'))
    .description(
      'what enforcing a group would break: what would have been refused to its devices, and passed',
    )
    .option('--since <duration>', 'only what was seen within: 90s, 15m, 24h, 7d', parseDuration)
    .action(async (name: string, options: SiteOptions & { since?: number }) => {
      const client = await openClient(options, environment);
      const since = options.since === undefined ? '' : `?since=${Date.now() - options.since * 1000}`;
      const report = await client.get<ReportAnswer>(`/groups/${encodeURIComponent(name)}/report${since}`);
      if (options.json) return printJson(report);
      return printReport(report);
    });
}

function printReport({ group, mode, devices, of, total, rows, more }: ReportAnswer): void {
  const state = mode === 'observe' ? 'observes' : 'enforces';
  if (rows.length === 0) {
    print(`${group} ${state}. Nothing was seen that enforcing would have refused.`);
    return;
  }
  print(
    `${group} ${state}. Enforcing would have refused ${counted(total, 'request', 'requests')} and touched ${devices} of ${counted(of, 'device', 'devices')}.`,
  );
  print();
  printTable(
    ['DEVICE', 'ACTION', 'TOPIC', 'TIMES', 'LAST SEEN (UTC)', 'FORBIDDEN BY'],
    rows.map(({ device, action, topic, count, lastAt, policies }) => [
      device,
      action,
      topic || '–',
      String(count),
      showTime(lastAt),
      policies.join(' ') || '(no policy permits it)',
    ]),
  );
  if (more > 0) print(`… and ${counted(more, 'row', 'rows')} more (--json has the first 1000).`);
}
