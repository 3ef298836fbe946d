import type { ClaimName } from '../claims.ts';
import type { Template } from '../sentence.ts';
import type { Role } from './role.ts';
import type { Pattern, Rule, RuleSet, Variable } from './rule.ts';
import { never } from './term.ts';

/** A rule, and what it says to people. */
export interface VerdictRule extends Rule {
  readonly meaning: Template;
}

export interface VerdictRuleSet extends RuleSet {
  readonly rules: readonly VerdictRule[];
}

// Speakers: a key K that P appointed or the operator O did, the verifier V, an issuer I; a role R, a statement S.
const [K, P, O, V, I, R, S] = variables('K', 'P', 'O', 'V', 'I', 'R', 'S');
// A finding F on Q: claim C, value X, taken at T, standing until U; W is the statement that it relays.
const [F, Q, C, X, T, U, W] = variables('F', 'Q', 'C', 'X', 'T', 'U', 'W');
const [code, aspect, appraiser] = variables('Code', 'Aspect', 'Appraiser');
// A verdict on D: epoch E, standing St, holder H, overdue L, profile N with its mask M, of Z findings.
const [D, E, St, H, L, N, M, Z] = variables('D', 'E', 'St', 'H', 'L', 'N', 'M', 'Z');
// Counting: from finding J to finding B, from vector A to vector G, from instant U to instant Y; then the status.
const [J, B, A, G, U1, Y, status] = variables('J', 'B', 'A', 'G', 'U1', 'Y', 'Status');

const verifier: Pattern = ['speaks', V, 'verifier'];
const verdict: Pattern = ['says', V, S, 'verdict', D, E, T, St, H, L, N, M, Z];
const inForce: Pattern = ['absent', 'statement', S];

const speaking: readonly VerdictRule[] = [
  {
    label: 'trusted-root',
    head: ['speaks', K, R],
    body: [
      ['root', K, R],
      ['absent', 'key', K],
    ],
    meaning: {
      en: 'A root of the trust file speaks in the role that the file gives it, while its key is not withdrawn.',
      ja: '信頼ファイルのルートは、鍵が取り消されていない間、ファイルが与えた役割で発言する。',
    },
  },
  {
    label: 'appointed-verifier',
    head: ['speaks', K, 'verifier'],
    body: [
      ['speaks', O, 'operator'],
      ['says', O, S, 'appoints', K, 'verifier'],
      ['absent', 'key', K],
      inForce,
    ],
    meaning: {
      en: 'Whom an operator appoints speaks as a verifier, while neither the key nor the appointment is withdrawn.',
      ja: 'オペレーターが任命した鍵は、鍵も任命も取り消されていない間、検証者として発言する。',
    },
  },
  {
    label: 'appointed-in-role',
    head: ['speaks', K, R],
    body: [
      ['speaks', P, R],
      ['appointing', R],
      ['says', P, S, 'appoints', K, R],
      ['absent', 'key', K],
      inForce,
    ],
    meaning: {
      en: 'Whoever speaks in such a role appoints further keys to the same role, while neither the key nor the appointment is withdrawn.',
      ja: 'そのような役割で発言する者は、同じ役割に別の鍵を任命できる。鍵も任命も取り消されていない間に限る。',
    },
  },
];

/** Who may hand its role on. Verifiers are not among them: only an operator appoints those. */
const handsOn: readonly (readonly [role: Role, en: string, ja: string])[] = [
  ['operator', 'An operator', 'オペレーター'],
  ['manufacturer', 'A manufacturer', '製造者'],
  ['chip-maker', 'A chip maker', 'チップ製造者'],
  ['laboratory', 'A laboratory', '試験機関'],
];

const appointing: readonly VerdictRule[] = handsOn.map(([role, en, ja]) => ({
  label: 'appointing',
  head: ['appointing', role] as const,
  body: [],
  meaning: { en: `${en} may appoint others of its kind.`, ja: `${ja}は、同じ役割の者を任命できる。` },
}));

const finding: readonly VerdictRule[] = [
  {
    label: 'itself',
    head: ['concerns', D, D],
    body: [verifier, verdict],
    meaning: {
      en: 'Findings on a subject concern the verdict on it.',
      ja: '対象についての所見は、その対象の判定にかかわる。',
    },
  },
  {
    label: 'composed',
    head: ['concerns', D, Q],
    body: [['concerns', D, P], verifier, ['says', V, S, 'composes', P, Q], inForce],
    meaning: {
      en: 'So do findings on what a verifier says composes into it, while that is not withdrawn.',
      ja: '検証者が対象に合成されると述べたものについての所見も、その言明が取り消されていない間、判定にかかわる。',
    },
  },
  {
    label: 'found',
    head: ['found', D, F, C, X, U],
    body: [
      ['concerns', D, Q],
      verifier,
      ['says', V, S, 'finding', F, Q, C, X, code, aspect, appraiser, T, U],
    ],
    meaning: {
      en: 'What a verifier finds on a subject that concerns the verdict can be counted.',
      ja: '判定にかかわる対象について検証者が見いだしたことは、数えることができる。',
    },
  },
  {
    label: 'relayed',
    head: ['found', D, F, C, X, U],
    body: [
      ['concerns', D, Q],
      verifier,
      ['says', V, S, 'relays', F, Q, C, X, code, aspect, appraiser, T, U, W],
      ['speaks', I, R],
      ['says', I, W, 'vouches', Q, C, X],
      ['entitled', R, C],
      ['absent', 'statement', W],
    ],
    meaning: {
      en: 'What a verifier relays can be counted if the statement vouches for it, is not withdrawn, and is by somebody entitled to speak about that claim.',
      ja: '検証者が伝える第三者の言明は、その評価項目について発言する資格のある者が実際にそう述べ、取り消していないとき、数えることができる。',
    },
  },
];

/** On which claims the word of somebody who is no verifier counts. */
const entitlements: readonly (readonly [role: Role, ja: string, claims: readonly ClaimName[]])[] = [
  ['manufacturer', '製造者', ['instance-identity', 'executables', 'file-system', 'hardware']],
  ['chip-maker', 'チップ製造者', ['instance-identity', 'hardware', 'runtime-opaque', 'storage-opaque']],
  ['laboratory', '試験機関', ['hardware', 'runtime-opaque', 'storage-opaque', 'configuration']],
  ['operator', 'オペレーター', ['configuration', 'sourced-data']],
];

const entitled: readonly VerdictRule[] = entitlements.flatMap(([role, ja, claims]) =>
  claims.map((claim) => ({
    label: 'entitled',
    head: ['entitled', role, claim] as const,
    body: [],
    meaning: {
      en: `The word of ${role === 'operator' ? 'an' : 'a'} ${role} counts for \`${claim}\`.`,
      ja: `${ja}の発言は \`${claim}\` について有効である。`,
    },
  })),
);

const judging: readonly VerdictRule[] = [
  {
    label: 'begun',
    head: ['counted', S, D, E, 0, new Uint8Array(8), never],
    body: [verifier, verdict],
    meaning: {
      en: 'Before the first finding is counted nothing is claimed, and nothing lapses.',
      ja: '最初の所見を数える前は、何も主張されておらず、失効するものもない。',
    },
  },
  {
    label: 'counted',
    head: ['counted', S, D, E, B, G, Y],
    body: [
      ['counted', S, D, E, J, A, U],
      ['says', V, S, 'counts', J, F],
      ['found', D, F, C, X, U1],
      ['=next', J, B],
      ['=join', A, C, X, G],
      ['=least', U, U1, Y],
    ],
    meaning: {
      en: 'The next finding that the verdict counts has its value joined into the vector, and what was counted so far holds no longer than it does.',
      ja: '判定が数える次の所見の値は、ベクトルに合成される。それまでに数えた結果は、その所見の期限を超えて有効ではない。',
    },
  },
  {
    label: 'verdict',
    head: ['verdict', D, E, H, St, status, A, L, N, T, U],
    body: [
      verifier,
      verdict,
      ['counted', S, D, E, Z, A, U],
      inForce,
      ['absent', 'subject', D],
      ['=status', A, M, status],
    ],
    meaning: {
      en: 'When all its findings are counted a verdict stands, while neither its statement is withdrawn nor its subject revoked.',
      ja: 'すべての所見を数え終えたとき判定は成立する。言明が取り消されず、対象が失効していない間に限る。',
    },
  },
  {
    label: 'verdict-on-revoked',
    head: ['verdict', D, E, H, 'revoked', status, A, L, N, T, U],
    body: [
      verifier,
      ['says', V, S, 'verdict', D, E, T, 'revoked', H, L, N, M, Z],
      ['counted', S, D, E, Z, A, U],
      inForce,
      ['present', 'subject', D],
      ['=status', A, M, status],
    ],
    meaning: {
      en: 'On a subject that is revoked only a verdict that says so stands.',
      ja: '失効した対象については、失効と述べる判定だけが成立する。',
    },
  },
];

/** The rules by which a verdict follows from signed statements. A step of a bundle names a rule by its place here. */
export const verdictRules: VerdictRuleSet = {
  name: 'kiten-verdict',
  version: 1,
  rules: [...speaking, ...appointing, ...finding, ...entitled, ...judging],
};

function variables<const Names extends readonly string[]>(
  ...names: Names
): { readonly [Index in keyof Names]: Variable } {
  return names.map((name) => [name] as const) as { readonly [Index in keyof Names]: Variable };
}
