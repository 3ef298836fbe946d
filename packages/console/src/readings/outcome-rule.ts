import { filterCondition, widerLevels } from './filter-condition.ts';

/** What becomes of readings on a declaration’s topics, beyond what all other policies say. */
export const outcomes = ['passed', 'marked', 'held-from-receivers', 'held-at-source'] as const;
export type Outcome = (typeof outcomes)[number];

interface Readings {
  /** The name of the declaration. */
  readonly id: string;
  /** Its MQTT topic filter. */
  readonly filter: string;
}

interface Kind {
  readonly scope: string;
  readonly when: string;
  readonly unless?: string;
  readonly reason: string;
  readonly reasonJa: string;
}

const doubtful = 'context has sourcedData && context.sourcedData != "affirming"';
const found =
  'context has sourcedData && (context.sourcedData == "warning" || context.sourcedData == "contraindicated")';
const scope = (effect: 'permit' | 'forbid', action: string) =>
  `${effect} (principal is Device, action == Action::"${action}", resource is Topic)`;

const kinds: Readonly<Record<Outcome, Kind>> = {
  passed: {
    ...{ scope: scope('forbid', 'annotate'), when: doubtful },
    reason: 'These readings are not marked, whatever they are worth.',
    reasonJa: 'この測定値には、信頼性にかかわらず注記は付きません。',
  },
  marked: {
    ...{ scope: scope('permit', 'annotate'), when: doubtful },
    reason: 'These readings are marked for whoever receives them where nothing speaks for them.',
    reasonJa: '裏付けのない場合、この測定値には受信者に向けてその旨が付記されます。',
  },
  'held-from-receivers': {
    ...{ scope: scope('forbid', 'receive'), when: doubtful },
    reason: 'These readings are delivered to nobody unless something speaks for them.',
    reasonJa: '裏付けのない場合、この測定値は誰にも届けられません。',
  },
  'held-at-source': {
    ...{ scope: scope('forbid', 'publish'), when: found },
    // No warning keeps them from publishing: that is an invariant.
    unless: 'principal in Group::"safety"',
    reason:
      'These readings are refused at their source, unless that is of the group safety, while something speaks against them.',
    reasonJa: '疑わしい点がある間、この測定値は送信元で拒否されます（グループ safety を除く）。',
  },
};

const nameOf = (id: string, outcome: Outcome): string => `readings-${id}-${outcome}`;

/** Which of them the policies have for a declaration, as they were written here. */
export function outcomeIn(policies: string, id: string): Outcome | undefined {
  return outcomes.find((outcome) => policies.includes(`@id("${nameOf(id, outcome)}")`));
}

/** The policies with this outcome, in place of another one that was written here; without one, all other policies decide. */
export function withOutcome(policies: string, readings: Readings, outcome: Outcome | undefined): string {
  const others = outcomes.reduce((text, each) => without(text, nameOf(readings.id, each)), policies);
  return outcome === undefined ? others : `${others.trimEnd()}\n\n${ruleOf(readings, outcome)}\n`;
}

function ruleOf({ id, filter }: Readings, outcome: Outcome): string {
  const { scope: head, when, unless, reason, reasonJa } = kinds[outcome];
  return `@id("${nameOf(id, outcome)}")
@reason("${reason}")
@reason_ja("${reasonJa}")
${widerNote(filter)}${head}
when { ${filterCondition(filter)} }
when { ${when} }${unless === undefined ? '' : `\nunless { ${unless} }`};`;
}

/** A remark where the policy is about more topics than the declaration. */
function widerNote(filter: string): string {
  const wider = widerLevels(filter);
  if (wider.length === 0) return '';
  return `// Wider than the declaration: the + of level ${wider.join(', ')} stands for several levels as well, as # follows.\n`;
}

/** A policy goes from its first annotation to the semicolon that no text holds. */
function without(policies: string, name: string): string {
  const from = policies.indexOf(`@id("${name}")`);
  if (from < 0) return policies;
  const policy = /^(?:[^;"]|"(?:[^"\\]|\\.)*")*;\n*/.exec(policies.slice(from));
  return policies.slice(0, from) + policies.slice(from + (policy?.[0].length ?? 0));
}
