// How campaigns are shown.
import { language } from './language.ts';
import { counted, print, printTable, showTime } from './output.ts';

interface WaveAnswer {
  readonly size: number;
  readonly proven: number;
  readonly failed: number;
  readonly underWay: number;
  readonly waiting: number;
  readonly tolerated: number;
}

interface WhyAnswer {
  readonly code: string;
  readonly sentence: Readonly<Record<'en' | 'ja', string>>;
}

export interface CampaignAnswer {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly targets: readonly string[];
  readonly wave: number;
  readonly since: number;
  readonly paused?: WhyAnswer;
  readonly waves: readonly WaveAnswer[];
  readonly repairs: WaveAnswer;
  readonly changedBy: string;
  readonly changedAt: number;
  readonly reason: string;
}

export interface PlanAnswer {
  readonly considered: number;
  readonly left: Readonly<Record<string, number>>;
  readonly waves: readonly { readonly devices: number; readonly withstands: { readonly stop: number } }[];
  readonly fragile: readonly number[];
  readonly repairs: number;
  readonly unprovable: number;
}

export interface DeviceUpdates {
  readonly askedAt?: number;
  readonly ecus: readonly {
    readonly ecu: string;
    readonly hardwareId: string;
    readonly target?: string;
    readonly version?: string;
    readonly releaseCounter: number;
  }[];
  readonly campaigns: readonly {
    readonly id: string;
    readonly name: string;
    readonly state: string;
    readonly why: WhyAnswer;
  }[];
}

const width = 30;

/** In one line. */
export function progress(campaign: CampaignAnswer): string {
  const [size, proven, failed] = [sum(campaign, 'size'), sum(campaign, 'proven'), sum(campaign, 'failed')];
  const part = (count: number) => (size === 0 ? 0 : Math.floor((width * count) / size));
  const bar = '#'.repeat(part(proven)) + '!'.repeat(part(failed));
  return `${campaign.name} [${bar.padEnd(width, '.')}] ${proven}/${size} proven, ${failed} failed, wave ${campaign.wave}`;
}

/** Over all waves. */
export const sum = ({ waves, repairs }: CampaignAnswer, name: keyof WaveAnswer): number =>
  [...waves, repairs].reduce((total, wave) => total + wave[name], 0);

export function printCampaign(campaign: CampaignAnswer): void {
  const { id, name, state, targets, wave, waves, repairs, paused, changedBy, changedAt, reason } = campaign;
  print(`${id} ${name}: ${state}`);
  print(`  ${targets.join(', ')}`);
  print(`  ${showTime(changedAt)} UTC by ${changedBy.replace(/^operator:/, '')}: ${reason}`);
  if (paused !== undefined) {
    print(`  ${paused.sentence[language()]}`);
    print(`  Look: kiten update campaign devices ${id} --state failed. Then resume, rollback or abort it.`);
  }
  const row = (label: string, one: WaveAnswer) => [
    label,
    ...[one.size, one.waiting, one.underWay, one.proven, one.failed, one.tolerated].map(String),
  ];
  printTable(
    ['WAVE', 'DEVICES', 'WAITING', 'UNDER WAY', 'PROVEN', 'FAILED', 'TOLERATED'],
    [
      ...waves.map((one, index) =>
        row(`${index + 1}${index + 1 === wave && state !== 'draft' ? ' (open)' : ''}`, one),
      ),
      ...(repairs.size === 0 ? [] : [row('repairs', repairs)]),
    ],
  );
}

export function printPlan({ considered, left, waves, fragile, repairs, unprovable }: PlanAnswer): void {
  const reached = waves.reduce((total, { devices }) => total + devices, 0);
  print(
    `${reached} of ${counted(considered, 'device', 'devices')} in ${counted(waves.length, 'wave', 'waves')}; ${counted(repairs, 'repair', 'repairs')}.`,
  );
  for (const [index, { devices, withstands }] of waves.entries())
    print(
      `  wave ${index + 1}: ${counted(devices, 'device', 'devices')}, of which ${withstands.stop} may fail`,
    );
  for (const [code, count] of Object.entries(left)) print(`  left out: ${count} (${code})`);
  if (fragile.length > 0)
    print(
      `A single device that fails, or says so, pauses wave ${fragile.join(', ')}: make it larger to tolerate one.`,
    );
  if (unprovable > 0)
    print(
      `${counted(unprovable, 'device has', 'devices have')} no TPM: no evidence will prove the update there ("proof": "manifest" takes their signed manifest, "report" their word).`,
    );
}

export function printWhy(device: string, { askedAt, ecus, campaigns }: DeviceUpdates): void {
  print(
    askedAt === undefined
      ? `${device} has never asked for updates.`
      : `${device} asked last at ${showTime(askedAt)} UTC.`,
  );
  for (const { ecu, hardwareId, target, version, releaseCounter } of ecus)
    print(
      `  ${ecu} (${hardwareId}) runs ${target ?? 'something that is no release here'}${version === undefined ? '' : ` ${version}`}; counter ${releaseCounter} is burnt`,
    );
  for (const { name, state, why } of campaigns)
    print(`${name} (${state}): ${why.sentence[language()]} (${why.code})`);
  if (campaigns.length === 0) print('There is no campaign.');
}
