import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  literalPrefix,
  sharedFilter,
  topicLevelCount,
  topicLevels,
  topicMatches,
  validTopicFilter,
  validTopicName,
} from '../src/index.ts';

// The examples of MQTT 5.0 §4.7.1 and §4.7.2, and what follows from them.
test.each([
  ['sport/tennis/player1/#', 'sport/tennis/player1', true],
  ['sport/tennis/player1/#', 'sport/tennis/player1/ranking', true],
  ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true],
  ['sport/tennis/player1/#', 'sport/tennis/player2', false],
  ['sport/tennis/player1/#', 'sport/tennis/player10', false],
  ['sport/#', 'sport', true],
  ['sport/#', 'sport/', true],
  ['#', 'a', true],
  ['#', '/', true],
  ['sport/tennis/+', 'sport/tennis/player1', true],
  ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
  ['sport/+', 'sport', false],
  ['sport/+', 'sport/', true],
  ['+', 'sport', true],
  ['+', '/finance', false],
  ['+/+', '/finance', true],
  ['/+', '/finance', true],
  ['+/tennis/#', 'sport/tennis', true],
  ['+/#', 'sport', true],
  ['sport/+/player1', 'sport//player1', true],
  ['sport/+/player1', 'sport/tennis/player2', false],
  ['/finance', 'finance', false],
  ['ACCOUNTS', 'Accounts', false],
  ['a', 'a/', false],
  ['a/b', 'a', false],
  ['\u00e9', 'e\u0301', false],
  // [MQTT-4.7.2-1]
  ['#', '$SYS/uptime', false],
  ['+/monitor/Clients', '$SYS/monitor/Clients', false],
  ['+', '$SYS', false],
  ['$SYS/#', '$SYS/uptime', true],
  ['$SYS/#', '$SYS', true],
  ['$SYS/monitor/+', '$SYS/monitor/Clients', true],
  ['a/#', 'a/$b', true],
  ['a/+', 'a/$b', true],
])('%s and %s: %s', (filter, topic, matches) => {
  expect(topicMatches(filter, topic)).toBe(matches);
});

const long = 'x'.repeat(65_535);

test.each([
  ['a', true],
  ['/', true],
  ['//', true],
  ['a b/c', true],
  ['$share/g/t', true],
  [long, true],
  ['\uFEFFa', true],
  ['', false],
  ['a/+', false],
  ['a#', false],
  ['a\0', false],
  ['a\u0085', false],
  ['\uFFFE', false],
  ['\uFDCF', true],
  ['\uFDD0', false],
  ['\uFDEF', false],
  ['\uFDF0', true],
  ['\u{1FFFD}', true],
  ['\u{1FFFE}', false],
  ['\u{1EFFF}', true],
  ['\uDBFF\uDFFF', false],
  ['\uD800', false],
  [`${long}x`, false],
  ['\u00e9'.repeat(32_768), false],
])('topic name %#', (topic, valid) => {
  expect(validTopicName(topic)).toBe(valid);
});

test.each([
  ['#', true],
  ['+', true],
  ['/#', true],
  ['+/+/#', true],
  ['sport/+/player1', true],
  ['$share/g/#', true],
  ['$share', true],
  [long, true],
  ['', false],
  ['#/', false],
  ['##', false],
  ['a#', false],
  ['a/#/b', false],
  ['a+', false],
  ['+a', false],
  ['a/+b/c', false],
  ['++', false],
  ['a\0', false],
  [`${long}x`, false],
  ['$share/g', false],
  ['$share/g/', false],
  ['$share//t', false],
  ['$share/', false],
  ['$share/+/t', false],
  ['$share/g#/t', false],
  ['$share/g/t#', false],
])('topic filter %#', (filter, valid) => {
  expect(validTopicFilter(filter)).toBe(valid);
});

test('$share is an ordinary level in 3.1.1', () => {
  expect(validTopicFilter('$share/g', 4)).toBe(true);
  expect(validTopicFilter('$share//t', 4)).toBe(true);
});

test.each([
  ['$share/consumer1/sport/tennis/+', { group: 'consumer1', filter: 'sport/tennis/+' }],
  ['$share/consumer1//finance', { group: 'consumer1', filter: '/finance' }],
  ['$share/g/$share/h/t', { group: 'g', filter: '$share/h/t' }],
  ['$share/g', undefined],
  ['$share/g/', undefined],
  ['$share//t', undefined],
  ['$share/+/t', undefined],
  ['$share/g/a#', undefined],
  ['$SHARE/g/t', undefined],
  ['share/g/t', undefined],
])('shared subscription %s', (text, shared) => {
  expect(sharedFilter(text)).toEqual(shared);
});

test.each([
  ['d/+/t', 'd/'],
  ['a/b', 'a/b'],
  ['#', ''],
  ['+/a', ''],
  ['a/#', 'a/'],
])('the literal prefix of %s is %s', (filter, prefix) => {
  expect(literalPrefix(filter)).toBe(prefix);
});

describe('of any filter and topic', () => {
  const level = fc.constantFrom('a', 'b', '', '$x', 'ab');
  const topic = fc.array(level, { minLength: 1, maxLength: 5 }).map((levels) => levels.join('/') || 'a');
  const filter = fc
    .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 5 }), fc.boolean())
    .map(([levels, open]) => [...levels, ...(open ? ['#'] : [])].join('/') || '#');

  test('the match is that of the levels one by one', () => {
    fc.assert(
      fc.property(filter, topic, (f, t) => {
        fc.pre(validTopicFilter(f));
        expect(topicMatches(f, t)).toBe(matchesByLevels(f, t));
      }),
      { numRuns: 3000 },
    );
  });

  test('what matches begins with the literal prefix, or is the parent level', () => {
    fc.assert(
      fc.property(filter, topic, (f, t) => {
        fc.pre(topicMatches(f, t));
        const prefix = literalPrefix(f);
        expect(t.startsWith(prefix) || (f.endsWith('/#') && `${t}/` === prefix)).toBe(true);
      }),
    );
  });

  test('levels are counted as they are listed', () => {
    fc.assert(
      fc.property(topic, (t) => {
        expect(topicLevelCount(t)).toBe(topicLevels(t).length);
        expect(topicLevels(t).join('/')).toBe(t);
      }),
    );
  });
});

/** The specification's words, written down without regard to speed. */
function matchesByLevels(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const given = topic.split('/');
  if (topic.startsWith('$') && (wanted[0] === '+' || wanted[0] === '#')) return false;
  if (wanted.at(-1) === '#') {
    wanted.pop();
    if (given.length < wanted.length) return false;
    given.length = wanted.length;
  }
  return (
    wanted.length === given.length && wanted.every((level, index) => level === '+' || level === given[index])
  );
}
