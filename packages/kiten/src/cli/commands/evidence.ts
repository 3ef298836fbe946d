import type { Command } from 'commander';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { writeBytes } from '../files.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { counted, print, printJson, printTable, showTime } from '../output.ts';
import { isWaiting } from '../waiting.ts';

interface EvidenceAnswer {
  readonly digest: string;
  readonly mediaType: string;
  readonly receivedAt: number;
  readonly via: readonly string[];
  readonly size: number;
  readonly erasedAt?: number;
}

/** What findings rest on: looking at it, and erasing it on record. */
export function evidenceCommands(program: Command, environment: Environment): void {
  const evidence = program.command('evidence').description('what findings rest on');

  withSite(evidence.command('list <device>'))
    .description('evidence on a device, the newest first')
    .action(async (device: string, options: SiteOptions) => {
      const client = await openClient(options, environment);
      const path = `/devices/${encodeURIComponent(device)}/evidence`;
      const { evidence } = await client.get<{ evidence: EvidenceAnswer[] }>(path);
      if (options.json) return printJson(evidence);
      return printTable(
        ['RECEIVED (UTC)', 'BYTES', 'TYPE', 'VIA', 'DIGEST', 'ERASED'],
        evidence.map((one) => [
          showTime(one.receivedAt),
          String(one.size),
          one.mediaType,
          one.via.join(' > '),
          one.digest,
          showTime(one.erasedAt),
        ]),
      );
    });

  withSite(evidence.command('get <digest>'))
    .description('the content, checked against the digest that the log has')
    .requiredOption('--out <file>', 'where to')
    .action(async (digest: string, options: SiteOptions & { out: string }) => {
      const client = await openClient(options, environment);
      const content = await client.bytes(`/evidence/${encodeURIComponent(digest)}`);
      await writeBytes(options.out, content);
      if (options.json) printJson({ digest, file: options.out, bytes: content.length });
      else print(`${options.out}: ${counted(content.length, 'byte', 'bytes')}`);
    });

  withSite(evidence.command('erase <digest>'))
    .description('erase the content for good; the log keeps its digest, which tells nothing of it')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (digest: string, options: SiteOptions & { reason: string }) => {
      const client = await openClient(options, environment);
      const answer = await client.send<object | undefined>(
        'POST',
        `/evidence/${encodeURIComponent(digest)}/erase`,
        { reason: options.reason },
      );
      if (answer !== undefined && isWaiting(answer, options))
        return options.json ? printJson(answer) : undefined;
      if (options.json) printJson({ erased: digest });
      else print(`${digest} is erased. Findings that rest on it stand.`);
    });
}
