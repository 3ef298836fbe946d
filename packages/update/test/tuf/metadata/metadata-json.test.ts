import { KitenError, parseJsonStrict } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalMetadata } from '../../../src/index.ts';
import { canonicalOf, parseMetadataJson } from '../../../src/tuf/metadata/metadata-json.ts';

/** What comes of a text, be it a refusal; minus zero is told from zero. */
function outcome(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof KitenError) return { code: error.code, detail: error.detail };
    throw error;
  }
}

const limit = 4096;
const ours = (text: string) => outcome(() => parseMetadataJson(Buffer.from(text), limit).value);
const strict = (text: string) => outcome(() => parseJsonStrict(text, { maxBytes: limit }));
const quick = (text: string) => parseMetadataJson(Buffer.from(text), limit).isOrdered;

const value = fc.jsonValue({ maxDepth: 5 });
const text = fc
  .tuple(value, fc.constantFrom(undefined, 1, 2, '\t'), fc.constantFrom('', '\n', ' '))
  .map(([each, gap, end]) => `${JSON.stringify(each, undefined, gap)}${end}`);

describe('JSON that is parsed the quick way', () => {
  it('is what the strict parser makes of it, changed anywhere or not', () => {
    const anywhere = fc.record({
      at: fc.nat(),
      drop: fc.nat({ max: 2 }),
      put: fc.constantFrom('', '"', ',', '1', '\\', '{}', ' '),
    });
    fc.assert(
      fc.property(text, fc.option(anywhere), (whole, change) => {
        const at = change === null ? 0 : change.at % (whole.length + 1);
        const changed =
          change === null ? whole : whole.slice(0, at) + change.put + whole.slice(at + change.drop);
        fc.pre(changed.isWellFormed());
        expect(ours(changed)).toEqual(strict(changed));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    '{"a":1,"a":1}',
    '{"a":{"b":1,"b":2}}',
    '{"__proto__":{"a":1},"b":2}',
    '{"10":1,"2":2}',
    '{"2":1,"10":2}',
    '[9007199254740992]',
    '[9007199254740993]',
    '[1.0]',
    '[1e2]',
    '[-0]',
    '[0.1]',
    '[1e999]',
    '["\\ud800"]',
    '["\\u0041"]',
    '\ufeff{}',
    '{"a":1} ',
    '{"a":1}\n\n',
    `${'['.repeat(64)}${']'.repeat(64)}`,
    `${'['.repeat(65)}${']'.repeat(65)}`,
    '['.repeat(4000),
    `["${'a'.repeat(limit)}"]`,
  ])('%s is no exception', (each) => {
    expect(ours(each)).toEqual(strict(each));
  });

  it('has its canonical form, whatever stands in it', () => {
    const ordered = (each: unknown): unknown =>
      typeof each !== 'object' || each === null
        ? each
        : Array.isArray(each)
          ? each.map(ordered)
          : Object.fromEntries(
              Object.entries(each)
                .sort(([left], [right]) => (left < right ? -1 : 1))
                .map(([name, member]) => [name, ordered(member)]),
            );
    const whole = fc
      .jsonValue({ maxDepth: 4, depthSize: 'small', stringUnit: 'binary' })
      .filter((each) => !/\d\.\d|\de/.test(JSON.stringify(each)));
    fc.assert(
      fc.property(whole, (each) => {
        const parsed = parseMetadataJson(Buffer.from(JSON.stringify(ordered(each))), 1 << 20);
        const expected = outcome(() => Buffer.from(canonicalMetadata(parsed.value)).toString('hex'));
        expect(outcome(() => Buffer.from(canonicalOf(parsed, parsed.value)).toString('hex'))).toEqual(
          expected,
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('is in order when its names are, and then alone', () => {
    expect(quick('{"a":{"b":1,"c":2},"d":[{"e":1,"f":2}]}')).toBe(true);
    expect(quick('{\n "a": 1,\n "b": 2\n}\n')).toBe(true);
    expect(quick('{"a":{"c":1,"b":2}}')).toBe(false);
    expect(quick('{"a": 1}')).toBe(false);
  });
});
