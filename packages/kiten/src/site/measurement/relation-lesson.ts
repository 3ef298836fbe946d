import { encodeUtf8, KitenError } from '@kiten/codec';
import { crossCheckText, parseCrossProfile } from '@kiten/measurement';
import type { RelationRecord } from '../../store/stream-relations.ts';
import type { Learner } from './learner.ts';
import type { ProfileFiles } from './profile-files.ts';
import type { LearningTask } from './stream-messages.ts';

/** What came of a lesson: a profile that waits to be accepted with checks that it proposes, or why there is none. */
export type RelationLearned =
  | Required<Pick<RelationRecord, 'proposal' | 'related'>>
  | Required<Pick<RelationRecord, 'problem'>>;

/** Learns how streams go together, and keeps it. */
export async function learnRelation(
  { learner, profiles }: { readonly learner: Learner; readonly profiles: ProfileFiles },
  task: LearningTask,
): Promise<RelationLearned> {
  let octets: Uint8Array;
  try {
    octets = encodeUtf8(await learner.learn(task));
  } catch (error) {
    if (error instanceof KitenError) return { problem: error.message.slice(0, 500) };
    throw error;
  }
  const related = parseCrossProfile(octets).related.map(({ check, explained }) => ({
    ...{ check: crossCheckText(check), explained },
  }));
  return { proposal: await profiles.keep(octets), related };
}
