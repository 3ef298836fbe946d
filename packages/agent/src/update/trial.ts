import { KitenError } from '@kiten/codec';

export interface Boot {
  /** The kernel’s name for it. */
  readonly name: string;
  /** Milliseconds since it began. */
  readonly uptime: number;
}

/** Where an image stands that isn’t confirmed yet. */
export type Trial = 'none' | 'before-reboot' | 'on-trial';

/** Why an image has had its chance; undefined as long as it hasn’t. */
export function failureOf(trial: {
  readonly runs: boolean;
  readonly boots: number;
  readonly most: number;
  readonly waited: number;
  readonly confirmWithin: number;
}): KitenError | undefined {
  const { runs, boots, most, waited, confirmWithin } = trial;
  if (!runs) {
    return new KitenError('agent/update-not-started', 'The device was started, and not from the new slot.');
  }
  if (boots > most) {
    return new KitenError(
      'agent/update-unconfirmed',
      `The device was started ${boots} times, and nothing was confirmed.`,
    );
  }
  if (waited <= confirmWithin) return undefined;
  return new KitenError('agent/update-unconfirmed', `Nothing was confirmed within ${confirmWithin} ms.`);
}
