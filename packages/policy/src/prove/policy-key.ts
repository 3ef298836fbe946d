import type { CompiledPolicy } from '../compile/policy.ts';

const keys = new WeakMap<CompiledPolicy, string>();

/** A text that two policies share only if they mean the same; ids and annotations don't count. */
export function keyOf(policy: CompiledPolicy): string {
  let key = keys.get(policy);
  if (key === undefined) {
    const { effect, scope, conditions } = policy;
    key = JSON.stringify([effect, scope, conditions], (_, value: unknown) =>
      typeof value === 'bigint' ? { bigint: String(value) } : value,
    );
    keys.set(policy, key);
  }
  return key;
}
