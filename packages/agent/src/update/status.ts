import type { Image, Slot } from './image.ts';
import type { SlotKeeper } from './slot-keeper.ts';
import type { Attempt, UpdateReport } from './state.ts';

/** What is known of the slots, without asking anybody. */
export interface UpdateStatus {
  readonly running: Slot | null;
  readonly confirmed: Slot | null;
  readonly slots: Readonly<Partial<Record<Slot, Image>>>;
  readonly releaseCounter: number;
  readonly attempt: Pick<Attempt, 'phase' | 'slot' | 'image' | 'boots'> | null;
  /** What the site was not told yet. */
  readonly reports: readonly UpdateReport[];
}

/** @throws KitenError `agent/slot-…` */
export async function updateStatus(keeper: SlotKeeper): Promise<UpdateStatus> {
  const { confirmed = null, slots, releaseCounter, attempt, reports } = keeper.state;
  return {
    running: (await keeper.runningSlot()) ?? null,
    ...{ confirmed, slots, releaseCounter, reports },
    attempt:
      attempt === undefined
        ? null
        : { phase: attempt.phase, slot: attempt.slot, image: attempt.image, boots: attempt.boots },
  };
}
