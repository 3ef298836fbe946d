import { faultKinds } from '@kiten/measurement';
import { expect, it } from 'vitest';
import { alarmWords } from '../src/cli/alarm-words.ts';

it.each(['en', 'ja'] as const)('each kind of fault has words of its own: %s', (language) => {
  const { kinds, began } = alarmWords[language];
  expect(new Set(faultKinds.map((kind) => kinds[kind])).size).toBe(faultKinds.length);
  expect(began('T', 7, 0)).not.toBe(began('T', 7, 1));
});
