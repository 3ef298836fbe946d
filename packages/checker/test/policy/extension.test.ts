import { isAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import { expect, test } from 'vitest';
import { constructors, isWithin, readIp } from '../../src/policy/extension.ts';
import { randomOf } from './support/random.ts';

/** Which of Cedar's expressions are true, and which fail. */
function ask(expressions: readonly string[]): (boolean | undefined)[] {
  const policies = expressions.flatMap((text, at) => [
    [`true ${at}`, `permit(principal, action, resource) when { ${text} };`],
    [`false ${at}`, `permit(principal, action, resource) unless { ${text} };`],
  ]);
  const [user, view] = [
    { type: 'User', id: 'a' },
    { type: 'Action', id: 'view' },
  ];
  const answer = isAuthorized({
    ...{ principal: user, action: view, resource: user, context: {}, entities: [] },
    policies: { staticPolicies: Object.fromEntries(policies), templates: {}, templateLinks: [] },
  });
  if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors));
  const reasons = new Set(answer.response.diagnostics.reason);
  return expressions.map((_, at) =>
    reasons.has(`true ${at}`) ? true : reasons.has(`false ${at}`) ? false : undefined,
  );
}

const texts = {
  decimal: [
    '0.0',
    '-0.0',
    '1.2',
    '-0.5',
    '00.10',
    '1.23456',
    '1.',
    '.5',
    '+1.0',
    '1',
    '1.0 ',
    '922337203685477.5807',
    '922337203685477.5808',
    '-922337203685477.5808',
    '-922337203685477.5809',
    '٣.0',
    '',
  ],
  duration: [
    '1d',
    '-1d2h3m4s5ms',
    '1h1d',
    '0ms',
    '-',
    '',
    '1',
    'ms',
    '1ms1s',
    '9223372036854775807ms',
    '9223372036854775808ms',
    '-9223372036854775808ms',
    '-9223372036854775809ms',
    '106751991167d',
    '106751991168d',
    '18446744073709551616d',
    '1m1s',
    '--1d',
  ],
  datetime: [
    '2024-02-29',
    '2023-02-29',
    '2024-13-01',
    '2024-00-10',
    '2024-04-31',
    '0000-01-01',
    '9999-12-31T23:59:59.999Z',
    '2024-01-01T24:00:00Z',
    '2024-01-01T23:59:60Z',
    '2024-01-01T00:00:00',
    '2024-01-01T00:00:00.1Z',
    '2024-01-01T00:00:00.123+2359',
    '2024-01-01T00:00:00-2400',
    '2024-01-01T00:00:00+0060',
    '2024-01-01T12:34:56-0930',
    '0000-01-01T00:00:00+2359',
    '24-01-01',
    '2024-1-1',
    '2024-01-01t00:00:00z',
    '0050-06-07',
  ],
};

test.each(Object.entries(texts))('a %s is what Cedar makes of its text', (name, own) => {
  const random = randomOf(7);
  const mutants = own.flatMap((text) => Array.from({ length: 40 }, () => mutated(text, random)));
  const all = [...new Set([...own, ...mutants])];
  const zero = { decimal: '0.0', duration: '0ms', datetime: '1970-01-01' }[name]!;
  const value = (text: string) => constructors.get(name)!(text);
  // What a text amounts to is asked by adding what a duration says, and a decimal by comparing.
  const same = (text: string): string => {
    const amount = value(text) ?? 0n;
    if (name === 'datetime') return `datetime("${zero}").offset(duration("${amount}ms"))`;
    if (name === 'duration') return `duration("${amount}ms")`;
    const digits = String(amount < 0n ? -amount : amount).padStart(5, '0');
    return `decimal("${amount < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}")`;
  };
  const answers = ask(all.map((text) => `${name}("${text}") == ${same(text)}`));
  const expected = all.map((text) => (value(text) === undefined ? undefined : true));
  expect(all.map((text, at) => [text, answers[at]])).toEqual(all.map((text, at) => [text, expected[at]]));
  expect(expected.filter((one) => one === true).length).toBeGreaterThan(all.length / 30);
});

const addresses = [
  '1.2.3.4',
  '1.2.3.4/32',
  '1.2.3.0/24',
  '1.2.3.4/24',
  '01.2.3.4',
  '1.2.3',
  '256.0.0.1',
  '1.2.3.4/33',
  '1.2.3.4/',
  '1.2.3.4/08',
  '0.0.0.0/0',
  '10.0.0.0/8',
  '127.0.0.1',
  '::',
  '::1',
  '::1/128',
  'ff00::/8',
  'ff02::1',
  '1:2:3:4:5:6:7:8',
  '1:2:3:4:5:6:7::',
  '::2:3:4:5:6:7:8',
  '1::8',
  '1:2:3:4:5:6:7:8::',
  '1::2::3',
  ':::',
  '12345::',
  'ABCD::ef/64',
  '::/0',
  '::/129',
  '::ffff:1.2.3.4',
  'fe80::1%eth0',
  '1.2.3.4/-1',
  '/8',
  '',
  ' 1.2.3.4',
  '1.2.3.4/24/8',
];

test('an ipaddr is what Cedar makes of its text', () => {
  const random = randomOf(8);
  const all = [
    ...new Set([
      ...addresses,
      ...addresses.flatMap((text) => Array.from({ length: 40 }, () => mutated(text, random))),
    ]),
  ];
  const valid = all.filter((text) => readIp(text) !== undefined);
  const answers = ask(all.map((text) => `ip("${text}") == ip("${text}")`));
  expect(all.filter((_, at) => answers[at] === true)).toEqual(valid);
  expect(valid.length).toBeGreaterThan(60);
});

test('equality and ranges of ipaddrs are what they are to Cedar', () => {
  const valid = addresses.filter((text) => readIp(text) !== undefined);
  const pairs = valid.flatMap((one) => valid.map((other) => [one, other] as const));
  const equal = ask(pairs.map(([one, other]) => `ip("${one}") == ip("${other}")`));
  expect(pairs.map(([one, other]) => String(readIp(one)) === String(readIp(other)))).toEqual(equal);
  const within = ask(pairs.map(([one, other]) => `ip("${one}").isInRange(ip("${other}"))`));
  expect(pairs.map(([one, other]) => isWithin(readIp(one)!, readIp(other)!))).toEqual(within);
  expect(within.filter(Boolean).length).toBeGreaterThan(valid.length);
});

/** A text with a character more, less, or another. */
function mutated(text: string, { below, pick }: ReturnType<typeof randomOf>): string {
  const at = below(text.length + 1);
  const characters = [...'0123456789-+:./TZdhms'];
  return `${text.slice(0, at)}${pick([...characters, ''])}${text.slice(at + below(2))}`;
}
