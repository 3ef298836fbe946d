import { isEnforcementMode, parseClaimName } from '@kiten/trust';
import type { Kysely } from 'kysely';
import { type GroupSettings, isKeyRule } from '../site/group-settings.ts';
import type { Tables } from './tables.ts';

/** Puts a group as it is now. */
export async function putGroup(store: Kysely<Tables>, group: GroupSettings): Promise<void> {
  const { name, mode, brake } = group;
  const row = {
    name,
    required: JSON.stringify(group.required),
    mode,
    brake_share: brake.share,
    brake_least: brake.least,
    brake_window: brake.windowSeconds,
    safety: group.safety ? 1 : 0,
    acknowledge_seconds: group.acknowledgeSeconds,
    attest_every: group.attest.everySeconds,
    attest_deadline: group.attest.deadlineSeconds,
    unknown_files: group.attest.unknownFiles,
    key_rule: group.attest.key,
  };
  await store
    .insertInto('groups')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
}

export async function storedGroups(store: Kysely<Tables>): Promise<GroupSettings[]> {
  const rows = await store.selectFrom('groups').selectAll().execute();
  return rows.map(({ name, required, mode, ...row }) => ({
    name,
    required: (JSON.parse(required) as string[]).map(parseClaimName),
    // What cannot be read enforces.
    mode: isEnforcementMode(mode) ? mode : 'enforce',
    brake: { share: row.brake_share, least: row.brake_least, windowSeconds: row.brake_window },
    safety: row.safety === 1,
    acknowledgeSeconds: row.acknowledge_seconds,
    attest: {
      everySeconds: row.attest_every,
      deadlineSeconds: row.attest_deadline,
      unknownFiles: row.unknown_files === 'warning' ? 'warning' : 'contraindicated',
      // What cannot be read asks for the most.
      key: isKeyRule(row.key_rule) ? row.key_rule : 'hardware-approved',
    },
  }));
}
