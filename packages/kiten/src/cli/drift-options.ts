import type { Judge, Profile } from '@kiten/measurement';
import {
  type Drift,
  defaultFollowRules,
  driftsOf,
  type FollowOptions,
  type FollowRules,
  type Frame,
} from '@kiten/measurement';
import type { Command } from 'commander';
import { alarmWords } from './alarm-words.ts';
import { parseAmount } from './commands/measurement-learn.ts';
import { DriftFile } from './drift-file.ts';
import { language } from './language.ts';
import { print } from './output.ts';

/** Whether, and how far, what is normal is followed. */
export interface DriftRuleOptions {
  readonly follow?: boolean | string;
  readonly driftPerDay?: number;
  readonly driftMost?: number;
}

export interface DriftOptions extends DriftRuleOptions {
  readonly follow?: true | string;
}

/** What says whether, and how far, a command follows what is normal. */
export function withDriftOptions(command: Command): Command {
  return withDriftRules(
    command.option(
      '--follow [file]',
      'follow what is normal where it wanders slowly; how far it has is read from this file and kept in it',
    ),
  );
}

/** What says how far what is normal is followed. */
export function withDriftRules(command: Command): Command {
  const { perDay, most } = defaultFollowRules;
  return command
    .option(
      '--drift-per-day <n>',
      `standard deviations that the normal of a channel may move by in a day, instead of ${perDay}; with it, normal is followed`,
      parseAmount,
    )
    .option(
      '--drift-most <n>',
      `standard deviations from what was learned at which somebody has to look, instead of ${most}; with it, normal is followed`,
      parseAmount,
    );
}

/** `undefined`: it is not to be followed. */
export function followRulesOf({ follow, driftPerDay, driftMost }: DriftRuleOptions): FollowRules | undefined {
  if (follow === undefined && driftPerDay === undefined && driftMost === undefined) return undefined;
  const { perDay, most } = defaultFollowRules;
  return { perDay: driftPerDay ?? perDay, most: driftMost ?? most };
}

/** Normal as it wandered until a file is read, and from then on. */
export class FollowedFile {
  readonly #options: DriftOptions;
  readonly #kept: DriftFile | undefined;

  /** @param profile its bytes */
  constructor(options: DriftOptions, profile: Uint8Array) {
    this.#options = options;
    this.#kept = typeof options.follow === 'string' ? new DriftFile(options.follow, profile) : undefined;
  }

  /** @throws KitenError `measurement/drift-malformed`, `measurement/drift-of-another` */
  async forJudge({ interval }: Frame): Promise<{ readonly follow?: FollowOptions }> {
    const rules = followRulesOf(this.#options);
    if (rules === undefined) return {};
    const from = await this.#kept?.read();
    return {
      follow: {
        rules,
        ...(interval === undefined ? {} : { interval }),
        ...(from === undefined ? {} : { from }),
      },
    };
  }

  /** Keeps where it is now. `undefined`: it was not followed. */
  async keep({ wandered }: Judge, profile: Profile, decimals: number): Promise<Drift[] | undefined> {
    if (wandered === undefined) return undefined;
    await this.#kept?.write(wandered);
    return driftsOf(profile, wandered, decimals);
  }
}

/** @param decimals of amounts; three digits, unless given */
export function printDrift(drift: readonly Drift[], decimals?: number): void {
  print(alarmWords[language()].drift);
  for (const { channel, deviations, amount, unit } of drift)
    print(
      `  ${signed(deviations, 2)} σ  ${signed(amount, decimals)}${unit === undefined ? '' : ` ${unit}`}  ${channel}`,
    );
}

function signed(value: number, decimals: number | undefined): string {
  const size = Math.abs(value);
  return `${value < 0 ? '−' : '+'}${decimals === undefined ? size.toPrecision(3) : size.toFixed(decimals)}`;
}
