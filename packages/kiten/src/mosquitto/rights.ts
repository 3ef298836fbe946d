import type { AclAccess, AclLine } from './acl-file.ts';
import { cedarText, subscriptionCondition, topicCondition, widerCondition } from './topic-condition.ts';

/** What became of a rule of the ACL file. */
export interface RuleOutcome {
  readonly line: number;
  readonly text: string;
  /** `had`: the device has that right anyway. `part`: for some of its users, or as far as reading goes. */
  readonly outcome: 'carried' | 'had' | 'part' | 'not-carried';
  readonly why?: string;
}

/** Rights as Cedar policies, and what became of each rule. */
export interface Rights {
  readonly policies: readonly string[];
  readonly rules: readonly RuleOutcome[];
}

/** The group that imported devices join: what it may beyond its own topics, policies for each device say. */
export const importedGroup = 'mosquitto';

export interface CarryOptions {
  /** Devices that are taken over. */
  readonly devices: ReadonlySet<string>;
  /** Whether devices may publish on topics that are not their own. */
  readonly keepsTopics: boolean;
}

interface Right {
  readonly device: string;
  readonly access: AclAccess;
  readonly filter: string;
  readonly line: number;
  readonly text: string;
}

type Carried =
  | { readonly policies: readonly string[]; readonly why?: string }
  | { readonly had: true }
  | { readonly why: string };

/** Turns the rules of an ACL file into policies, as far as they can be. */
export function carryRights(lines: readonly AclLine[], options: CarryOptions): Rights {
  const policies: string[] = [];
  const rules = lines.map((one): RuleOutcome => {
    const { line, text } = one;
    const rights = rightsOf(one, options);
    if (typeof rights === 'string') return { line, text, outcome: 'not-carried', why: rights };
    const parts = rights.flatMap((right) => partsOf(right).map((part) => carry(part, options)));
    for (const part of parts) if ('policies' in part) policies.push(...part.policies);
    return { line, text, ...summed(parts) };
  });
  return {
    policies: policies.map((policy, index) => policy.replace('@id("")', `@id("mosquitto-${index + 1}")`)),
    rules,
  };
}

/** Whose rights a rule is about; a pattern is about everybody's. */
function rightsOf(one: AclLine, { devices }: CarryOptions): readonly Right[] | string {
  if (one.kind === 'unreadable') return one.why;
  const { access, filter, line, text } = one;
  if (one.kind === 'topic') {
    if (one.user === undefined) return 'It is for clients without a name, and there are none here.';
    if (!devices.has(one.user)) return `“${one.user}” is not taken over from the password file.`;
    return [{ device: one.user, access, filter, line, text }];
  }
  if (filter.includes('%c'))
    return 'A device is known by its user name here, not by its client id: write %u if they are the same.';
  return [...devices].map((device) => ({
    device,
    access,
    filter: filter.replaceAll('%u', device),
    line,
    text,
  }));
}

function partsOf(right: Right): readonly Right[] {
  if (right.access !== 'readwrite') return [right];
  return [
    { ...right, access: 'read' },
    { ...right, access: 'write' },
  ];
}

function carry(right: Right, { keepsTopics }: CarryOptions): Carried {
  const { device, access, filter } = right;
  const [space = '', owner = ''] = filter.split('/');
  const isOwnable = space === 'd' || space === 'c' || space === '$kiten';
  const isOwn = isOwnable && owner === device;
  if (isOwn && access === 'deny')
    return { why: 'Policies here never keep a device from its own topics: quarantine it instead.' };
  if (isOwnable && !isOwn)
    return { why: 'Topics below d/, c/ and $kiten/ belong to the device that they name.' };
  if (access === 'deny') return denied(right);
  if (isOwn && ((space === 'd' && access === 'write') || (space === 'c' && access === 'read')))
    return { had: true };
  if (access === 'write') {
    if (filter === '#' || filter.startsWith('+') || space === '$SYS')
      return { why: 'It would let the device publish in everybody’s name.' };
    if (!isOwn && !keepsTopics) {
      return {
        why: `It publishes on a topic that is not its own; its own are below d/${device}/. --keep-topics permits it.`,
      };
    }
  }
  const exact = topicCondition(filter);
  if (exact === undefined)
    return { why: 'A + before a name, and # at the end, cannot be said exactly in a policy.' };
  if (access === 'write') return { policies: [permission(right, ['publish'], exact)] };
  // Without a + the beginning of the filter tells all.
  if (!filter.includes('+')) return { policies: [permission(right, ['subscribe', 'receive'], exact)] };
  const subscribed = subscriptionCondition(filter);
  return {
    policies: [permission(right, ['receive'], exact), permission(right, ['subscribe'], subscribed)],
  };
}

/** What is denied stays denied, if need be with more: but never a device's own topics, on which its safety may hang. */
function denied(right: Right): Carried {
  const { filter } = right;
  const condition = `${topicCondition(filter) ?? widerCondition(filter)} && resource.space != "d" && resource.space != "c"`;
  const policies = [policy('forbid', right, ['publish', 'receive'], condition)];
  const isBroad = filter === '#' || filter.startsWith('+');
  return isBroad ? { policies, why: 'Policies here never keep a device from its own topics.' } : { policies };
}

/** Rights go with the group: whoever leaves it has none of them any more. */
function permission(right: Right, actions: readonly string[], condition: string): string {
  return policy('permit', right, actions, `principal in Group::"${importedGroup}" && ${condition}`);
}

function policy(
  effect: 'permit' | 'forbid',
  right: Right,
  actions: readonly string[],
  condition: string,
): string {
  const { device, line, text } = right;
  const what = actions.map((action) => `Action::"${action}"`);
  const action = what.length === 1 ? `action == ${what[0]}` : `action in [${what.join(', ')}]`;
  return `@id("")
@reason(${cedarText(`Line ${line} of the ACL file: ${text}`)})
@reason_ja(${cedarText(`ACL ファイルの ${line} 行目：${text}`)})
${effect} (principal == Device::${cedarText(device)}, ${action}, resource is Topic)
when { ${condition} };
`;
}

function summed(parts: readonly Carried[]): Pick<RuleOutcome, 'outcome' | 'why'> {
  const [refused] = parts.flatMap((part) => ('why' in part && part.why !== undefined ? [part.why] : []));
  if (refused === undefined) return { outcome: parts.every((part) => 'had' in part) ? 'had' : 'carried' };
  const isNone = parts.every((part) => 'why' in part && !('policies' in part));
  return { outcome: isNone ? 'not-carried' : 'part', why: refused };
}
