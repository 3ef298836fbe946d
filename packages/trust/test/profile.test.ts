import { expect, test } from 'vitest';
import { defineProfile, emptyVector, statusOf } from '../src/index.ts';

const open = defineProfile({ name: 'open', required: [] });
const both = defineProfile({ name: 'both', required: ['hardware', 'configuration'] });

test('a profile lists its claims in the order of their numbers', () => {
  expect(both.required).toEqual(['configuration', 'hardware']);
});

test('a required claim that is none counts as warning, the others are left out', () => {
  expect(statusOf({ ...emptyVector, executables: 2 }, open)).toBe('affirming');
  expect(statusOf({ ...emptyVector, hardware: 2 }, both)).toBe('warning');
  expect(statusOf({ ...emptyVector, hardware: 2, configuration: -1 }, both)).toBe('warning');
  expect(statusOf({ ...emptyVector, hardware: 2, configuration: 3 }, both)).toBe('affirming');
  expect(statusOf({ ...emptyVector, hardware: 96 }, both)).toBe('contraindicated');
  expect(statusOf(emptyVector, open)).toBe('none');
  expect(statusOf({ ...emptyVector, executables: 1 }, open)).toBe('none');
});

test.each(['', 'Upper', '-x', 'a b', 'x'.repeat(65)])('“%s” names no profile', (name) => {
  expect(() => defineProfile({ name, required: [] })).toThrow(
    expect.objectContaining({ code: 'trust/profile-name' }),
  );
});

test.each([[['hardwear']], [['hardware', 'hardware']]])('%j cannot be required', (required) => {
  const define = () => defineProfile({ name: 'x', required });
  expect(define).toThrow(expect.objectContaining({ code: 'trust/profile-required' }));
});
