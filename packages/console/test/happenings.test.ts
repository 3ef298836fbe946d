import { describe, expect, it } from 'vitest';
import { en } from '../src/i18n/en.ts';
import { fill } from '../src/i18n/template.ts';
import { type Happening, happeningOf, happeningOfEntry, withHappenings } from '../src/state/happenings.ts';

const words = (happening: Happening | undefined) =>
  happening && fill(en[happening.sentence], happening.parts);

describe('what just happened', () => {
  it('tells a refused publish with its topic, how often, and by which policy', () => {
    const data = {
      device: 'door',
      action: 'publish',
      topic: 'd/pump/x',
      policies: ['p1', 'p2'],
      at: 5,
      repeated: 12,
    };
    const denied = happeningOf('denied', data);
    expect(words(denied)).toBe('door was refused to publish to d/pump/x');
    expect(denied).toMatchObject({ at: 5, device: 'door', times: 12, tone: 'warning', reason: 'p1, p2' });
  });

  it('tells a refused handshake with and without a known device', () => {
    const refusal = {
      code: 'gateway/certificate-expired',
      message: 'It expired.',
      address: '192.0.2.1',
      at: 1,
      repeated: 1,
    };
    expect(words(happeningOf('handshake-refused', refusal))).toBe(
      'A handshake from 192.0.2.1 was refused (gateway/certificate-expired)',
    );
    const known = happeningOf('handshake-refused', { ...refusal, device: 'pump-1' });
    expect(words(known)).toContain('pump-1');
    expect(known?.times).toBeUndefined();
  });

  it('tells that a quarantined device is back with narrow rights', () => {
    const data = { device: 'a', clientId: 'a', address: '::1', admission: 'restricted', at: 1 };
    expect(happeningOf('session-opened', data)).toMatchObject({
      sentence: 'happened.connected-restricted',
      tone: 'warning',
    });
  });

  it('tells a log entry the same way from the stream and from the log’s pages', () => {
    const entry = { type: 'device/quarantined', at: 7, actor: 'operator:ann', reason: 'why', data: {} };
    const live = happeningOf('log', { ...entry, subject: { kind: 'device', id: 'pump-1' } });
    expect(happeningOfEntry({ index: 3, ...entry, subject: 'device:pump-1' })).toEqual(live);
    expect(words(live)).toBe('ann quarantined pump-1');
    expect(live).toMatchObject({ reason: 'why', device: 'pump-1' });
  });

  it('gives a verdict the tone of its status', () => {
    const verdict = { type: 'verdict/issued', at: 1, actor: 'site', subject: { kind: 'device', id: 'a' } };
    expect(happeningOf('log', { ...verdict, data: { status: 'contraindicated' } })?.tone).toBe('alarm');
    expect(happeningOf('log', { ...verdict, data: { status: 'affirming' } })?.tone).toBe('good');
  });

  it('leaves out what the stream tells by itself, and what it does not know', () => {
    expect(happeningOf('log', { type: 'handshake/refused', at: 1, actor: 'site', data: {} })).toBeUndefined();
    expect(happeningOf('device', { device: 'a' })).toBeUndefined();
    expect(happeningOf('log', {})).toBeUndefined();
  });
});

describe('the list', () => {
  const happening = (at: number): Happening => ({
    key: `k${at}`,
    at,
    tone: 'plain',
    sentence: 'happened.started',
    parts: {},
  });

  it('is newest first, without doubles, and bounded', () => {
    const list = withHappenings([happening(2)], [happening(1), happening(3), happening(2)]);
    expect(list.map(({ at }) => at)).toEqual([3, 2, 1]);
    expect(withHappenings(list, [happening(1)])).toBe(list);
    const many = withHappenings(
      list,
      Array.from({ length: 500 }, (_, at) => happening(at)),
    );
    expect(many).toHaveLength(200);
    expect(many[0]?.at).toBe(499);
  });
});
