import { describe, expect, it } from 'vitest';
import { gatherEvidence, keyOf } from '../scripts/docs/conformance/evidence.ts';
import { standards, statementsOf } from '../scripts/docs/conformance/statements.ts';
import { tagsIn } from '../scripts/docs/conformance/tags.ts';

describe('tags', () => {
  it.each([
    ['// [MQTT-3.1.2-4]', ['5.0 3.1.2-4']],
    ['// [MQTT-3.1.2-4] [MQTT-3.2.0-1]', ['5.0 3.1.2-4', '5.0 3.2.0-1']],
    ['// [MQTT-3.1.2-16] to [MQTT-3.1.2-18]', ['5.0 3.1.2-16', '5.0 3.1.2-17', '5.0 3.1.2-18']],
    ['// 3.1.1: [MQTT-3.1.2-22]; [MQTT-3.1.2-1]', ['3.1.1 3.1.2-22', '5.0 3.1.2-1']],
    [
      '// [MQTT-3.8.3-5] (3.1.1: [MQTT-3-8.3-4]) [MQTT-3.8.3-1]',
      ['5.0 3.8.3-5', '3.1.1 3.8.3-4', '5.0 3.8.3-1'],
    ],
    ['// 3.1.1 only\n// [MQTT-3.1.2-1]', ['5.0 3.1.2-1']],
  ])('are read from %j', (text, expected) => {
    expect(tagsIn(text).map(keyOf)).toEqual(expected);
  });
});

describe('the statements of MQTT', async () => {
  const evidence = await gatherEvidence();
  const statements = (await Promise.all(standards.map(statementsOf))).flat();

  it('are all there, each once', () => {
    const ids = statements.map(keyOf);
    expect(new Set(ids).size).toBe(ids.length);
    expect(
      standards.map((standard) => statements.filter((each) => each.standard === standard).length),
    ).toEqual([251, 141]);
  });

  it('that bind a server have code that fulfils them, and a test that shows it', () => {
    const binding = statements.filter(({ binds }) => binds === 'server').map(keyOf);
    expect({
      withoutCode: binding.filter((key) => !evidence.code.has(key)),
      withoutTest: binding.filter((key) => !evidence.tests.has(key)),
    }).toEqual({ withoutCode: [], withoutTest: [] });
  });

  it('are the only ones that code and tests name', () => {
    const known = new Set(statements.map(keyOf));
    expect(evidence.tags.filter((tag) => !known.has(keyOf(tag)))).toEqual([]);
  });
});
