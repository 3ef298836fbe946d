import { expect, it } from 'vitest';
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

it('a key is taken as a file has it', () => {
  const key = '-----BEGIN PUBLIC KEY-----\nMCowBQYD\nK2VwAyEA\n-----END PUBLIC KEY-----\n';
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
