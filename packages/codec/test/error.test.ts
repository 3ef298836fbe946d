import { expect, test } from 'vitest';
import { KitenError } from '../src/error.ts';

test('an error carries its code, message, cause and detail', () => {
  const cause = new Error('below');
  const error = new KitenError('codec/example', 'It failed.', { cause, detail: { offset: 3 } });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: 'KitenError', code: 'codec/example', message: 'It failed.' });
  expect(error.cause).toBe(cause);
  expect(error.detail).toEqual({ offset: 3 });
  expect(String(error)).toBe('KitenError: It failed.');
});

test('without a cause and detail it has neither member', () => {
  const error = new KitenError('codec/example', 'It failed.');
  expect('cause' in error).toBe(false);
  expect(error.detail).toBeUndefined();
});
