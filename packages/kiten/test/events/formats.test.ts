import { deviceSubject, parseDeviceId, type RecordedEvent } from '@kiten/trust';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ocsfEvent } from '../../src/events/ocsf.ts';
import { framed, syslogMessage } from '../../src/events/syslog.ts';
import { parseSecrets, webhookHeaders } from '../../src/events/webhook.ts';

const source = { site: 'plant-7.example', version: '1', index: 42, host: 'gateway', process: '7' };
const at = Date.UTC(2003, 9, 11, 22, 14, 15, 3);
const event: RecordedEvent = {
  type: 'device/quarantined',
  at,
  actor: 'operator:ann',
  subject: deviceSubject(parseDeviceId('pump-1')),
  reason: 'odd',
  data: {},
};

describe('a syslog message', () => {
  it('is one of RFC 5424', () => {
    // 13 × 8 + 4; the time is that of the examples in RFC 5424 §6.5.
    expect(syslogMessage(event, source).toString()).toBe(
      '<108>1 2003-10-11T22:14:15.003Z gateway kiten 7 device/quarantined [kiten@32473 site="plant-7.example" index="42" type="device/quarantined" actor="operator:ann" subject="device:pump-1"] \ufeffdevice/quarantined device:pump-1 by operator:ann: odd',
    );
  });

  it('cannot be broken out of, whatever somebody writes', () => {
    const grammar =
      /^<\d{1,3}>1 \d{4}-\d\d-\d\dT[\d:.]+Z [!-~]{1,255} kiten [!-~]{1,128} [!-~]{1,32} \[kiten@32473(?: [a-z]+="(?:[^"\\\]]|\\["\\\]])*")+\] \ufeff[^\n\r\0]*$/u;
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (actor, reason) => {
        const message = syslogMessage({ ...event, actor, reason }, { ...source, host: actor }).toString();
        expect(message).toMatch(grammar);
      }),
    );
  });

  it('says how long it is where messages follow one another', () => {
    expect(framed(Buffer.from('<1>1 é')).toString()).toBe('7 <1>1 é');
  });
});

describe('a webhook', () => {
  it('is signed as in the specification’s own example', () => {
    // Standard Webhooks, libraries’ shared test: the secret, id, time and body with their signature.
    const secrets = parseSecrets('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    const body = Buffer.from('{"test": 2432232314}');
    expect(webhookHeaders(secrets, { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', at: 1614265330_999, body })).toEqual(
      {
        'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        'webhook-timestamp': '1614265330',
        'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      },
    );
  });

  it('is signed with each secret while one follows the other', () => {
    const one = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
    const two = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
    const headers = webhookHeaders(parseSecrets(`${two}\n${one}\n`), { id: 'a', at: 0, body: Buffer.of() });
    expect(headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/);
  });

  it.each(['', 'secret', 'whsec_c2hvcnQ=', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'])(
    'has no secret like “%s”',
    (text) => {
      expect(() => parseSecrets(text)).toThrow(expect.objectContaining({ code: 'kiten/webhook-secret' }));
    },
  );
});

describe('an event in OCSF', () => {
  const of = (type: string, fields: Partial<RecordedEvent> = {}) =>
    ocsfEvent({ ...event, type, ...fields }, source);

  it.each([
    ['finding/recorded', 2, 2004, 1, 'finding_info'],
    ['finding/cleared', 2, 2004, 3, 'finding_info'],
    ['operator/signed-in', 3, 3002, 1, 'user'],
    ['operator/signed-out', 3, 3002, 2, 'user'],
    ['enrolment/refused', 3, 3002, 1, 'user'],
    ['operator/added', 3, 3001, 1, 'user'],
    ['operator/removed', 3, 3001, 6, 'user'],
    ['device/enrolled', 3, 3004, 1, 'entity'],
    ['device/quarantined', 3, 3004, 3, 'entity'],
    ['device/revoked', 3, 3004, 4, 'entity'],
    ['policy/changed', 3, 3004, 3, 'entity'],
  ])('%s is of class %#', (type, category, id, activity, needed) => {
    const found = of(type, { data: { code: 'test/odd', claim: 'configuration', value: 96 } });
    expect(found).toMatchObject({
      category_uid: category,
      class_uid: id,
      activity_id: activity,
      type_uid: id * 100 + activity,
      time: at,
      metadata: { version: '1.3.0', product: { name: 'Kiten', vendor_name: 'Kiten' }, event_code: type },
      [needed]: expect.anything(),
    });
    expect(Math.floor(id / 1000)).toBe(category);
  });

  it('is as severe as its finding', () => {
    const severity = (value: number) => of('finding/recorded', { data: { value } }).severity_id;
    expect([2, 32, -33, 96, -97].map(severity)).toEqual([1, 3, 3, 5, 5]);
  });

  it('says that a refusal failed', () => {
    expect(of('operator/sign-in-refused')).toMatchObject({ status_id: 2, service: { name: 'Kiten' } });
  });
});
