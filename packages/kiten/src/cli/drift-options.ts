import type { Judge, Profile } from '@kiten/measurement';
import { type Drift, defaultFollowRules, driftsOf, type FollowOptions, type Frame } from '@kiten/measurement';
import type { Command } from 'commander';
import { parseAmount } from './commands/measurement-learn.ts';
import { DriftFile } from './drift-file.ts';
import { print } from './output.ts';

export interface DriftOptions {
  readonly follow?: true | string;
  readonly driftPerDay?: number;
  readonly driftMost?: number;
}

/** What says whether, and how far, a command follows what is normal. */
export function withDriftOptions(command: Command): Command {
  const { perDay, most } = defaultFollowRules;
  return command
    .option(
      '--follow [file]',
      'follow what is normal where it wanders slowly; how far it has is read from this file and kept in it',
    )
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
    const { follow, driftPerDay, driftMost } = this.#options;
    if (follow === undefined && driftPerDay === undefined && driftMost === undefined) return {};
    const from = await this.#kept?.read();
    const { perDay, most } = defaultFollowRules;
    return {
      follow: {
        rules: { perDay: driftPerDay ?? perDay, most: driftMost ?? most },
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

export function printDrift(drift: readonly Drift[], decimals: number): void {
  print('drift since the profile was learned, in standard deviations and as it is read');
  for (const { channel, deviations, amount } of drift)
    print(`  ${signed(deviations, 2)} σ  ${signed(amount, decimals)}  ${channel}`);
}

const signed = (value: number, decimals: number): string =>
  `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(decimals)}`;
