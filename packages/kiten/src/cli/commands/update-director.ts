import { fromBase64, toBase64 } from '@kiten/codec';
import type { CeremonyWarning, Rehearsal, RoleState, SignatureNeed } from '@kiten/update';
import type { Command } from 'commander';
import { digestText, needText, roleText, tellRehearsal, warningText } from '../ceremony-output.ts';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { exitCodes } from '../exit-codes.ts';
import { readBytes, writeBytes } from '../files.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { counted, print, printJson, showTime } from '../output.ts';

interface RotationAnswer {
  readonly root: number;
  readonly keyId: string;
  readonly stolen: boolean;
  readonly begunBy: string;
  readonly begunAt: number;
  readonly reason: string;
}

interface DirectorAnswer {
  readonly root: { readonly version: number; readonly expires: number; readonly roles: readonly RoleState[] };
  readonly keyId: string;
  readonly warnings: readonly CeremonyWarning[];
  readonly pending?: RotationAnswer & {
    readonly digest: string;
    readonly proposal: string;
    readonly needs: readonly SignatureNeed[];
  };
  readonly devices: { readonly asked: number; readonly behind: number };
  readonly rotations: readonly (RotationAnswer & { readonly state: string; readonly endedAt?: number })[];
}

const path = '/update/director';

/** `kiten update director`: the keys with which a running site says to devices what they are to install. */
export function directorCommands(update: Command, environment: Environment): void {
  const director = update
    .command('director')
    .description('the Director of a running site: its root, its keys, and how they go over to others');

  withSite(director.command('show'))
    .description(
      'under which root and key it speaks, what waits for signatures, and which devices are behind',
    )
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      return tell(await client.get<DirectorAnswer>(path), options);
    });

  withSite(director.command('rotate'))
    .description(
      'go over to new keys while the site runs: at once if the root’s key is at the site, else once its holders have signed',
    )
    .option('--stolen', 'somebody else has the key: devices forget whatever they said with it')
    .option('--rehearse', 'play it through with throw-away keys in a copy, and change nothing')
    .option('--reason <text>', 'why; it stands in the log')
    .option('--out <file>', 'where the root goes that its holders are to sign', 'director-root.json')
    .action(async (options: RotateOptions) => {
      const client = await openClient(options, environment);
      const stolen = options.stolen === true;
      if (options.rehearse === true) {
        const rehearsal = await client.send<Rehearsal>('POST', `${path}/rehearsal`, { stolen });
        if (!rehearsal.asExpected) process.exitCode = exitCodes.refused;
        return options.json ? printJson(rehearsal) : tellRehearsal(rehearsal);
      }
      const { reason = '' } = options;
      const answer = await client.send<DirectorAnswer>('POST', `${path}/rotation`, { stolen, reason });
      if (answer.pending !== undefined) await writeBytes(options.out, fromBase64(answer.pending.proposal));
      return tell(answer, options);
    });

  withSite(director.command('accept <root>'))
    .description('hand in the root as its holders have signed it; the site goes over to it')
    .action(async (file: string, options: SiteOptions) => {
      const client = await openClient(options, environment);
      const root = toBase64(await readBytes(file));
      return tell(await client.send<DirectorAnswer>('POST', `${path}/rotation/root`, { root }), options);
    });

  withSite(director.command('cancel'))
    .description('take a rotation back that waits for the holders of the root')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (options: SiteOptions & { reason: string }) => {
      const client = await openClient(options, environment);
      const { reason } = options;
      return tell(await client.send<DirectorAnswer>('POST', `${path}/rotation/cancel`, { reason }), options);
    });
}

interface RotateOptions extends SiteOptions {
  readonly stolen?: boolean;
  readonly rehearse?: boolean;
  readonly reason?: string;
  readonly out: string;
}

function tell(answer: DirectorAnswer, { json }: SiteOptions): void {
  if (json) {
    printJson(answer);
    return;
  }
  const { root, keyId, warnings, pending, devices, rotations } = answer;
  print(
    `root ${root.version}, until ${showTime(root.expires)}; the Director signs with ${keyId.slice(0, 16)}…`,
  );
  for (const role of root.roles) print(`  ${roleText(role)}`);
  for (const warning of warnings) print(`! ${warningText(warning)}`);
  print(
    `${counted(devices.asked, 'device has', 'devices have')} asked for updates; ${devices.behind} not since the keys went over last.`,
  );
  for (const { root: version, state, stolen, begunBy, begunAt, reason } of rotations)
    print(
      `  root ${version}${stolen ? ' (stolen key)' : ''}: ${state}; ${showTime(begunAt)} UTC by ${begunBy.replace(/^operator:/, '')}: ${reason}`,
    );
  if (pending === undefined) return;
  print(`Root ${pending.root} waits for its holders; its digest is ${digestText(pending.digest)}`);
  for (const need of pending.needs) print(needText(need));
  print('Each signs where their key is, holding it against their own copy of the root before:');
  print(
    `  kiten update root sign director-root.json --trusted ${root.version}.root.json --digest DIGEST --key KEY`,
  );
  print('Then: kiten update director accept director-root.json');
}
