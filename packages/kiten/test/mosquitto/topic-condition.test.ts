import { compilePolicies, decide, entities, recordValue, topicEntity } from '@kiten/policy';
import { parsePolicies } from '@kiten/policy/cedar';
import { topicMatches, validTopicFilter } from '@kiten/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  subscriptionCondition,
  topicCondition,
  widerCondition,
} from '../../src/mosquitto/topic-condition.ts';

/** Whether a condition holds for a topic, as Kiten's evaluator has it. */
function holds(condition: string, topic: string): boolean {
  const policies = compilePolicies(
    parsePolicies(`permit (principal, action, resource) when { ${condition} };`),
  );
  const resource = topicEntity(topic);
  const request = {
    principal: { type: 'Device', id: 'a' },
    action: { type: 'Action', id: 'publish' },
    resource: resource.uid,
    context: recordValue({}),
  };
  return decide(policies, request, entities(resource)).allow;
}

const level = fc.constantFrom('', 'a', 'b', 'a*', '*', 'é "q"', '\\', '$SYS');
const topics = fc
  .array(level, { minLength: 1, maxLength: 4 })
  .map((levels) => levels.join('/'))
  .filter((topic) => topic !== '');
const filters = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { maxLength: 3 }), fc.boolean())
  .map(([levels, all]) => [...levels, ...(all || levels.length === 0 ? ['#'] : [])].join('/'))
  .filter((filter) => validTopicFilter(filter, 4));

describe('a topic filter in Cedar', () => {
  it('matches exactly what it matches in MQTT, where it can be said', () => {
    fc.assert(
      fc.property(filters, topics, (filter, topic) => {
        const condition = topicCondition(filter);
        if (condition !== undefined)
          expect([filter, topic, holds(condition, topic)]).toEqual([
            filter,
            topic,
            topicMatches(filter, topic),
          ]);
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    ['home/kitchen', 'resource.path == "home/kitchen"'],
    ['home/#', '(resource.path == "home" || resource.path like "home/*")'],
    ['home/+/temp', '(resource.path like "home/*/temp" && !(resource.path like "*/*/*/*"))'],
    ['a*/#', '(resource.path == "a*" || resource.path like "a\\*/*")'],
    ['+/temp/#', undefined],
  ])('%s is %s', (filter, condition) => {
    expect(topicCondition(filter)).toBe(condition);
  });

  it('made wider leaves nothing out', () => {
    fc.assert(
      fc.property(filters, topics, (filter, topic) => {
        if (topicMatches(filter, topic)) expect(holds(widerCondition(filter), topic)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('lets a client subscribe with the filter itself, and not beside it', () => {
    for (const [filter, good, bad] of [
      ['home/#', ['home/', 'home/kitchen/', 'home'], ['', 'homes/']],
      ['home/+/temp', ['home/', 'home/x/temp'], ['', 'home']],
      ['home/kitchen', ['home/kitchen'], ['home/', '']],
      ['#', ['', 'a/'], []],
    ] as const) {
      for (const path of good)
        expect([path, holds(subscriptionCondition(filter), path)]).toEqual([path, true]);
      for (const path of bad)
        expect([path, holds(subscriptionCondition(filter), path)]).toEqual([path, false]);
    }
  });
});
