import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { en, type Key } from '../src/i18n/en.ts';
import { ja } from '../src/i18n/ja.ts';
import { chooseLanguage } from '../src/i18n/languages.ts';
import { fill, piecesOf } from '../src/i18n/template.ts';
import { clockface } from '../src/i18n/time.ts';
import type { Words } from '../src/i18n/words.ts';

const keys = Object.keys(en) as Key[];
const source = fileURLToPath(new URL('../src/', import.meta.url));
const ofViews = await Promise.all(
  globSync('**/words.ts', { cwd: `${source}views` }).map(async (file) => {
    const { words } = (await import(`${source}views/${file}`)) as { words: Words<string> };
    return [file, words.dictionaries] as const;
  }),
);
const places = (template: string) =>
  new Set(piecesOf(template).flatMap((piece) => ('place' in piece ? [piece.place] : [])));

describe('the dictionaries', () => {
  it('have the same keys', () => {
    expect(Object.keys(ja).sort()).toEqual([...keys].sort());
  });

  it.each(keys)('have the same places in %s, and something to say', (key) => {
    expect(places(ja[key])).toEqual(places(en[key]));
    expect(ja[key].trim()).not.toBe('');
    expect(en[key].trim()).not.toBe('');
  });

  it('leave nothing untranslated', () => {
    expect(keys.filter((key) => ja[key] === en[key])).toEqual([]);
  });
});

describe('the words of the views', () => {
  it('are found', () => expect(ofViews.length).toBeGreaterThan(0));

  it.each(ofViews)('%s: every sentence is there in both languages, with the same places', (_, words) => {
    expect(Object.keys(words.ja)).toEqual(Object.keys(words.en));
    for (const [name, english] of Object.entries(words.en)) {
      const japanese = words.ja[name] ?? '';
      expect([name, places(japanese)]).toEqual([name, places(english)]);
      expect([name, japanese.trim(), english.trim()]).not.toContain('');
      expect([name, japanese]).not.toEqual([name, english]);
    }
  });
});

describe('a template', () => {
  it('puts parts into their places, in whatever order the language has them', () => {
    expect(fill('{a} then {b}', { a: 'x', b: 'y' })).toBe('x then y');
    expect(fill('{b}の{a}', { a: 'x', b: '{a}' })).toBe('{a}のx');
    expect(fill('{missing}!', {})).toBe('!');
  });
});

describe('the language', () => {
  it('is the one chosen before, else the first preferred one that is known, else English', () => {
    expect(chooseLanguage('ja', ['en'])).toBe('ja');
    expect(chooseLanguage('fr', ['fr-CA', 'ja-JP', 'en'])).toBe('ja');
    expect(chooseLanguage(null, ['de'])).toBe('en');
  });
});

describe('a clockface', () => {
  it('leaves the date out only on the same day', () => {
    const noon = new Date(2026, 10, 23, 12, 30, 5).getTime();
    expect(clockface('en').short(noon, noon + 1000)).toBe('12:30:05');
    expect(clockface('en').short(noon, noon + 86_400_000)).toContain('2026');
    expect(clockface('ja').short(noon, noon + 86_400_000)).toContain('2026年');
  });
});
