import { setImmediate as nextTurn } from 'node:timers/promises';
import { type CampaignDefinition, type Member, type Plan, Planner } from '@kiten/update';
import type { Database } from '../../store/database.ts';
import { deleteMembers, insertMembers } from '../../store/update-members.ts';
import type { AttesterBook } from '../attestation/attester-book.ts';
import type { DeviceBook } from '../device-book.ts';
import { compileCohort } from './cohort.ts';
import { type FactParts, factsOf } from './facts.ts';
import type { ReleaseBook } from './release-book.ts';

export interface PlanningParts extends FactParts {
  readonly site: string;
  readonly database: Database;
  readonly book: DeviceBook;
  readonly attesters: Pick<AttesterBook, 'find'>;
  readonly releases: ReleaseBook;
}

/** Who would be updated when, and how many of them have no TPM whose evidence could prove it. */
export interface Foreseen extends Plan {
  readonly unprovable: number;
}

/** What is judged in one turn of the loop, so that nobody waits for a whole fleet. */
const perTurn = 500;
const perCommit = 1000;

/** Plans a campaign over the devices of the site, by what is known of them now. */
export async function planOver(
  definition: CampaignDefinition,
  seed: string,
  parts: PlanningParts,
): Promise<Foreseen> {
  const { book, site, releases, attesters } = parts;
  const wanted = definition.targets.map((target) => releases.get(target));
  const cohort = compileCohort(definition.cohort, site);
  const planner = new Planner({ definition, releases: wanted, cohort, seed });
  let unprovable = 0;
  let count = 0;
  for (const device of [...book.all()]) {
    count += 1;
    if (count % perTurn === 0) await nextTurn();
    const found = planner.consider(factsOf(device, parts));
    if (found.member && attesters.find(device.id) === undefined) unprovable += 1;
  }
  return { ...planner.plan(), unprovable };
}

/** Keeps the members that a plan gives a campaign. What a start that was cut short has left goes first. */
export async function keepPlan(
  campaign: string,
  plan: Plan,
  { database, makes }: PlanningParts,
): Promise<readonly Member[]> {
  const member = (device: string, wave: number): Member => ({
    ...{ device, wave, kind: makes.find(device).model ?? '', state: 'waiting', attempts: 0 },
  });
  const members = [
    ...plan.repairs.map((device) => member(device, -1)),
    ...plan.waves.flatMap(({ devices }, wave) => devices.map((device) => member(device, wave))),
  ];
  await deleteMembers(database, campaign);
  for (let from = 0; from < members.length; from += perCommit) {
    const some = members.slice(from, from + perCommit);
    await database.transaction().execute((store) => insertMembers(store, campaign, some));
    await nextTurn();
  }
  return members;
}
