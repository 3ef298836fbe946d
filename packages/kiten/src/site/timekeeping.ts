import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { decodePem, KitenError } from '@kiten/codec';
import { forgetTraffic } from '../store/traffic.ts';
import type { ConsoleDoor } from './console-door.ts';
import type { Desks } from './desks.ts';
import type { Doors } from './doors.ts';
import type { HealthDesk } from './health.ts';
import { lapsesAt } from './held-fall.ts';
import type { SiteOptions, SiteState } from './state.ts';
import { stampCheckpoint, type TimeStampAuthority } from './time-stamps.ts';

const SECOND = 1000;
const HALF_MINUTE = 30_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

export interface TimekeepingParts {
  readonly state: SiteState;
  readonly desks: Desks;
  readonly doors: Doors;
  readonly consoleDoor?: Pick<ConsoleDoor, 'renew'> | undefined;
  readonly health: HealthDesk;
  readonly options: SiteOptions;
}

/**
 * What happens because time passes: findings lapse, the gateway hears that it is up to date, counts of traffic are closed,
 * lists are renewed, what has been kept long enough goes, and checkpoints get a stranger's time.
 *
 * @throws KitenError `kiten/time-stamp-roots` when nobody's time stamps would be believed
 */
export async function openTimekeeping(parts: TimekeepingParts): Promise<Disposable> {
  const { options } = parts;
  const failed = (error: unknown) => options.logger.error({ err: error }, 'what was due could not be done');
  const every = (interval: number, work: () => Promise<void>) =>
    setInterval(() => work().catch(failed), interval);
  const timers = [
    every(SECOND, () => eachSecond(parts)),
    every(MINUTE, () => parts.state.traffic.closeMinutes()),
    every(MINUTE, () => parts.desks.evidence.release()),
    every(MINUTE, () => parts.desks.sessions.keep()),
    every(MINUTE, () => parts.desks.apiTokens.keep()),
    every(HALF_MINUTE, () => parts.health.measure()),
    every(HOUR, () => eachHour(parts)),
    every(HOUR, () => renewConsole(parts)),
  ];
  parts.desks.evidence.release().catch(failed);
  const { timeStamps } = options.configuration;
  if (timeStamps !== undefined) {
    const roots = await rootsIn(resolve(options.directory, timeStamps.roots));
    const authority = { url: timeStamps.url, roots };
    stamp(parts, authority).catch(failed);
    timers.push(every(timeStamps.minutes * MINUTE, () => stamp(parts, authority)));
  }
  return {
    [Symbol.dispose]() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

async function eachSecond({ state, desks, doors, options }: TimekeepingParts): Promise<void> {
  const now = options.clock.now();
  doors.heartbeat(now);
  desks.updateNotices.look();
  const due = [...state.book.all()].filter((device) => lapsesAt(device) <= now);
  await Promise.all([
    doors.reconsider(),
    desks.witnesses.askAgain(),
    desks.exceptions.expire(),
    desks.playbooks.expire(),
    desks.schedule.look(),
    desks.campaignGates.look(),
    ...due.map(({ id }) => desks.trust.lapse(id)),
  ]);
}

async function eachHour({ state, desks, doors, options }: TimekeepingParts): Promise<void> {
  const { trafficDays, evidenceDays } = desks.retention.present;
  const now = options.clock.now();
  if (doors.tls.due(now)) await doors.renewTls();
  desks.brake.forget();
  await desks.operators.tidy();
  await desks.sessions.tidy();
  await desks.apiTokens.tidy();
  await state.marks.tidy(state.database);
  await forgetTraffic(state.database, Math.floor((now - trafficDays * DAY) / MINUTE));
  await desks.evidence.prune(now - evidenceDays * DAY);
  await desks.evidence.tidy();
  await desks.streams.prune(now - evidenceDays * DAY);
}

/** Whoever renews the certificate puts the new one in the place of the old. */
async function renewConsole({ consoleDoor, options }: TimekeepingParts): Promise<void> {
  if (await consoleDoor?.renew()) options.logger.info('the console shows a new certificate');
}

async function stamp({ state, options }: TimekeepingParts, authority: TimeStampAuthority): Promise<void> {
  const { clock, random, logger } = options;
  const parts = { directory: state.layout.timeStamps, clock, random };
  const stamped = await stampCheckpoint(state.ledger.checkpoint(), authority, parts);
  if (stamped !== undefined) logger.info({ ...stamped }, 'a checkpoint was stamped with a time');
}

async function rootsIn(file: string): Promise<readonly Uint8Array[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new KitenError('kiten/time-stamp-roots', `The roots in ${file} cannot be read.`, { cause });
  });
  const roots = decodePem(text).filter(({ label }) => label === 'CERTIFICATE');
  if (roots.length > 0) return roots.map(({ der }) => der);
  throw new KitenError('kiten/time-stamp-roots', `${file} holds no certificate.`);
}
