import { encodeCbor } from '@kiten/codec';
import { sha256 } from '../support/keys.ts';
import { ruleText } from '../support/rules.ts';
import { byRules, bytes, type Case, type Cases, name, rules, version } from './case.ts';

/** What is wrong with the rules. */
export const rulesCases: Cases = {
  'rules-unknown': {
    'a digest that nobody believes': { change: () => ({ rules: [bytes(32), ruleText] }) },
  },
  'rules-missing': {
    'the compact form for a trust file without their text': {
      change: () => ({ rules: [sha256(ruleText), null] }),
    },
  },
  'rules-changed': {
    'another text': { change: () => ({ rules: [sha256(ruleText), encodeCbor([])] }) },
    'another text in the trust file': {
      change: () => ({ rules: [sha256(ruleText), null] }),
      trust: { rules: [{ digest: Buffer.from(sha256(ruleText)).toString('hex'), text: 'gA==' }] },
    },
  },
  'rules-malformed': {
    'not CBOR': malformedRules(Uint8Array.of(0x9f)),
    'two members': byRules([name, rules]),
    'a name in bytes': byRules([bytes(3), version, rules]),
    'a version that is a float': byRules([name, 1.5, rules]),
    'no rules': byRules([name, version, []]),
    '65 rules': byRules([name, version, Array.from({ length: 65 }, () => rules[0]!)]),
    'a rule without a label': byRules([name, version, [[null, ['a'], []]]]),
    'a rule without a body': byRules([name, version, [['a', ['a']]]]),
    '17 patterns': byRules([name, version, [['a', ['a'], Array.from({ length: 17 }, () => ['a'])]]]),
    '25 terms': byRules([name, version, [['a', ['a'], [Array.from({ length: 25 }, () => 'a')]]]]),
    'an empty pattern': byRules([name, version, [['a', ['a'], [[]]]]]),
    'a predicate that is a variable': byRules([name, version, [['a', ['a'], [[['X']]]]]]),
    'a variable of two texts': byRules([name, version, [['a', ['a'], [['a', ['X', 'Y']]]]]]),
    'a variable that is an integer': byRules([name, version, [['a', ['a'], [['a', [1]]]]]]),
    'a computation that there is not': byRules([name, version, [['a', ['a'], [['=more', 1, ['X']]]]]]),
    'a computation with an input too much': byRules([
      name,
      version,
      [['a', ['a'], [['=next', 1, 2, ['X']]]]],
    ]),
    'a computation with an input too little': byRules([name, version, [['a', ['a'], [['=join', 1, ['X']]]]]]),
    'a head that computes': byRules([name, version, [['a', ['=next', 1, 2], []]]]),
  },
};

function malformedRules(text: Uint8Array): Case {
  return {
    change: () => ({ rules: [sha256(text), text] }),
    trust: { rules: [{ digest: Buffer.from(sha256(text)).toString('hex') }] },
  };
}
