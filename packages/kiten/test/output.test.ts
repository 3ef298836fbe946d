import { afterEach, expect, it, vi } from 'vitest';
import { printList } from '../src/cli/output.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

function printed(...args: Parameters<typeof printList>): string {
  const written: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  printList(...args);
  return written.join('');
}

const items = ['inflow', '水位', 'outflow', 'a-name-that-is-wider-than-any-line-here', 'x'];

it('a list goes on beneath its beginning where a terminal ends, wide letters counted twice', () => {
  expect(printed('  channels ', items, ': said', 25)).toBe(
    [
      '  channels  inflow, 水位,',
      '            outflow,',
      '            a-name-that-is-wider-than-any-line-here,',
      '            x: said',
      '',
    ].join('\n'),
  );
});

it('a list is one line where nothing ends it', () => {
  expect(printed('  labels ', items.slice(0, 2), '', Number.POSITIVE_INFINITY)).toBe(
    '  labels  inflow, 水位\n',
  );
});
