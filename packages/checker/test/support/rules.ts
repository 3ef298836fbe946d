import { type CborValue, encodeCbor } from '@kiten/codec';

// A rule set of the tests' own. What is a single capital letter or a word in capitals is a variable.

const v = (name: string): CborValue => [name];
const [o, k, h, s, i, j, c, x, e, t, u, w] = [...'OKHSIJCXETUW'].map(v);
const [vector, model, lab, maker, made, tested] = ['VECTOR', 'MODEL', 'LAB', 'MAKER', 'MADE', 'TESTED'].map(
  v,
);
const [old, epoch, holder, standing, profile] = ['OLD', 'EPOCH', 'HOLDER', 'STANDING', 'PROFILE'].map(v);
const [mask, count, at, status, chip] = ['MASK', 'COUNT', 'AT', 'STATUS', 'CHIP'].map(v);
const never = Number.MAX_SAFE_INTEGER;

const absent = (kind: string, value: CborValue): CborValue => ['absent', kind, value];

type Rule = [label: string, head: CborValue, body: CborValue[]];
const rules: Rule[] = [
  [
    'the operator appoints a verifier',
    ['verifier', k],
    [
      ['root', o, 'operator'],
      absent('key', o),
      ['says', o, h, 'appoints', k],
      absent('statement', h),
      absent('key', k),
    ],
  ],
  ['nothing is counted yet', ['tally', s, 0, new Uint8Array(8), never], [absent('subject', s)]],
  [
    'a finding counts',
    ['tally', s, j, w, t],
    [
      ['tally', s, i, vector, u],
      ['verifier', k],
      ['says', k, h, 'finding', s, i, c, x, e],
      absent('statement', h),
      ['=next', i, j],
      ['=join', vector, c, x, w],
      ['=least', u, e, t],
    ],
  ],
  [
    'an evaluation of the model counts',
    ['tally', s, j, w, t],
    [
      ['tally', s, i, vector, u],
      ['root', maker, 'manufacturer'],
      absent('key', maker),
      ['says', maker, made, 'made', s, model],
      absent('statement', made),
      ['root', lab, 'laboratory'],
      absent('key', lab),
      ['says', lab, tested, 'evaluated', model, c, x, e],
      absent('statement', tested),
      ['=next', i, j],
      ['=join', vector, c, x, w],
      ['=least', u, e, t],
    ],
  ],
  [
    'the chip is genuine',
    ['genuine', s],
    [
      ['root', maker, 'chip-maker'],
      absent('key', maker),
      ['says', maker, h, 'chip', s, chip],
      absent('statement', h),
    ],
  ],
  [
    'an earlier verdict is withdrawn',
    ['succeeds', s, old],
    [
      ['root', o, 'operator'],
      ['says', o, h, 'withdrew', s, old],
      ['present', 'statement', old],
    ],
  ],
  [
    'the verdict',
    ['verdict', s, epoch, holder, standing, status, vector, 0, profile, at, u],
    [
      ['verifier', k],
      ['says', k, h, 'judged', s, epoch, holder, standing, profile, mask, count, at],
      absent('statement', h),
      ['tally', s, count, vector, u],
      ['genuine', s],
      ['succeeds', s, old],
      ['=status', vector, mask, status],
    ],
  ],
];

export const ruleNumber = (label: string): number => rules.findIndex(([name]) => name === label);

export const ruleSet: CborValue[] = ['tests', 1, rules];
export const ruleText = encodeCbor(ruleSet);
