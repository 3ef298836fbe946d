import { type Finding, findingKey, tierOf } from '@kiten/trust';

/** Findings of one slot supersede each other; between slots both are needed to tell what counts. */
export type Slot = 'affirming' | 'none' | 'adverse';

export function slotOf(finding: Finding): Slot {
  const tier = tierOf(finding.value);
  return tier === 'affirming' || tier === 'none' ? tier : 'adverse';
}

/** What of a history can still count, now or after a later finding: the rest is only history. */
export function newestOfEach(history: readonly Finding[]): readonly Finding[] {
  const newest = new Map<string, Finding[]>();
  for (const finding of history) {
    const key = `${findingKey(finding)}\n${slotOf(finding)}`;
    const known = newest.get(key);
    const [first] = known ?? [];
    if (first === undefined || finding.at > first.at) newest.set(key, [finding]);
    else if (finding.at === first.at) known?.push(finding);
  }
  return [...newest.values()].flat();
}
