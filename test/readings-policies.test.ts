import {
  compilePolicies,
  decide,
  defaultSchema,
  entities,
  entityValue,
  recordValue,
  topicEntity,
} from '@kiten/policy';
import { parsePolicies, validatePolicies } from '@kiten/policy/cedar';
import { topicMatches } from '@kiten/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { widerLevels } from '../packages/console/src/readings/filter-condition.ts';
import { outcomeIn, withOutcome } from '../packages/console/src/readings/outcome-rule.ts';
import { device } from '../packages/policy/test/support/fleet.ts';

const pump = device('pump-1');
const others = '@id("all")\npermit (principal, action, resource);\n';

/** Whether what was prepared keeps the doubtful readings of a topic from whoever receives them. */
function holds(filter: string): (topic: string) => boolean {
  const text = withOutcome(others, { id: 'tank', filter }, 'held-from-receivers');
  const set = compilePolicies(parsePolicies(text));
  return (path) => {
    const topic = topicEntity(path);
    const publisher = entityValue(pump.uid.type, pump.uid.id);
    const context = recordValue({ retain: false, will: false, sourcedData: 'warning', publisher });
    const request = {
      ...{ principal: pump.uid, action: { type: 'Action', id: 'receive' }, resource: topic.uid, context },
    };
    return !decide(set, request, entities(pump, topic)).allow;
  };
}

const level = fc.constantFrom('d', 'tank', '', '*', 'a"b', '$x');
const topics = fc.array(level, { minLength: 1, maxLength: 5 }).map((levels) => levels.join('/'));
const filters = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, isOpen]) => [...levels, ...(isOpen ? ['#'] : [])].join('/'))
  .filter((filter) => filter !== '');

describe('a policy that is prepared for readings', () => {
  it('is about the topics of their declaration, and about others only where it says so', () => {
    fc.assert(
      fc.property(filters, fc.array(topics, { minLength: 1, maxLength: 8 }), (filter, some) => {
        const isHeld = holds(filter);
        for (const topic of some.filter((each) => each !== '')) {
          const isMeant = topicMatches(filter, topic);
          if (isMeant || widerLevels(filter).length === 0)
            expect([topic, isHeld(topic)]).toEqual([topic, isMeant]);
        }
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    ['d/+/tank', 'd/pump-1/tank', true],
    ['d/+/tank', 'd/pump-1/hall/tank', false],
    ['d/+', 'd', false],
    ['d/+/#', 'd/pump-1/hall/tank', true],
    ['+/tank', '$SYS/tank', false],
  ])('for %s, of %s: %s', (filter, topic, isMeant) => {
    expect(holds(filter)(topic)).toBe(isMeant);
    expect(widerLevels(filter)).toEqual([]);
  });

  it('says in its text for which level it is wider, keeps to the schema, and is taken out again as a whole', () => {
    const readings = { id: 'tank', filter: 'd/+/tank/+/x/#' };
    const text = withOutcome(others, readings, 'marked');
    expect(text).toContain(
      '// Wider than the declaration: the + of level 2, 4 stands for several levels as well',
    );
    expect(holds(readings.filter)('d/pump-1/hall/tank/1/x/y')).toBe(true);
    expect(validatePolicies(text, defaultSchema)).toEqual({ errors: [], warnings: [] });
    expect(outcomeIn(text, 'tank')).toBe('marked');
    expect(withOutcome(text, readings, undefined).trim()).toBe(others.trim());
  });
});
