import { expect, it } from 'vitest';
import { type WrongKeys, wrongKeysIn } from '../src/readings/pack-keys.ts';
import { sourceIn } from '../src/readings/source-form.ts';

function form(said: Readonly<Record<string, string>>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries({ id: ' tank ', filter: 'd/+/tank', ...said }))
    data.set(name, value);
  return data;
}

it('channels are named one a line, with what they are measured in as tables have it', () => {
  const channels = '/level [m]\n\n  /flow\n/a b [l/s]\n""[bar]\n/of[0]x\n';
  const said = { form: 'json', channels, sequence: '/n', time: '/t', binSeconds: '', key: '' };
  expect(sourceIn(form(said))).toEqual({
    ...{ id: 'tank', filter: 'd/+/tank', form: 'json', sequence: '/n', time: '/t' },
    fields: ['/level', '/flow', '/a b', '', '/of[0]x'],
    units: { level: 'm', 'a b': 'l/s', value: 'bar' },
    ...{ binSeconds: undefined, key: undefined },
  });
});

const pem = '-----BEGIN PUBLIC KEY-----\nMCowBQYD\nK2VwAyEA\n-----END PUBLIC KEY-----\n';
const bare = 'MCowBQYDK2VwAyEA';

it.each([
  [
    'in PEM, beneath its name or behind it',
    `pump-1\n${pem}\npump-2: ${pem}`,
    { 'pump-1': bare, 'pump-2': bare },
  ],
  ['in base64, on one line', `pump-1 ${bare}\npump-2:${bare}\n`, { 'pump-1': bare, 'pump-2': bare }],
])('the key of each device is taken %s', (_, keys, taken) => {
  const said = form({ form: 'pack', channels: 'speed', keys });
  expect(sourceIn(said)).toMatchObject({ keys: taken, key: undefined });
  expect(wrongKeysIn(said)).toBeUndefined();
});

it.each<[string, Record<string, string>, WrongKeys]>([
  ['a name without a key', { keys: `pump-1 ${bare}\npump-2` }, { field: 'keys', text: 'pump-2' }],
  ['a device twice', { keys: `pump-1 ${bare}\npump-1 ${bare}` }, { field: 'keys', text: `pump-1 ${bare}` }],
  ['what is no DER', { keys: 'pump-1 aGVsbG8=' }, { field: 'keys', text: 'pump-1 aGVsbG8=' }],
  [
    'a private key',
    { keys: `pump-1\n${pem.replaceAll('PUBLIC', 'PRIVATE')}` },
    { field: 'keys', text: 'pump-1' },
  ],
  ['a file name', { key: 'keys/one.pem' }, { field: 'key', text: 'keys/one.pem' }],
  ['one key for all and one of each', { key: bare, keys: `pump-1 ${bare}` }, { field: 'keys' }],
])('%s is told at its field before the site is asked', (_, said, wrong) => {
  expect(wrongKeysIn(form({ form: 'pack', channels: 'speed', ...said }))).toEqual(wrong);
});

it('a key is taken as a file has it', () => {
  const key = pem;
  const {
    fields,
    units,
    key: taken,
  } = sourceIn(form({ form: 'pack', channels: 'speed\n[odd]', key, binSeconds: '2' }));
  expect({ fields, units, taken }).toEqual({
    fields: ['speed', ''],
    units: { '': 'odd' },
    taken: 'MCowBQYDK2VwAyEA',
  });
});
