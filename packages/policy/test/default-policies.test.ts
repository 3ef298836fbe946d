import { defaultPolicies, defaultSchema, policyAnnotations, topicEntity } from '@kiten/policy';
import { checkPolicies, validatePolicies } from '@kiten/policy/cedar';
import { claimNames } from '@kiten/trust';
import { describe, expect, it } from 'vitest';
import { device, deviceMay, fleet, operatorMay, site, unknownDevice, withClaim } from './support/fleet.ts';

const { pump, neighbour, overdue, warned, quarantined, revoked, contraindicated, controller, observer } =
  fleet;
const messages = ['publish', 'subscribe', 'receive'] as const;

describe('the default policies', () => {
  it('are valid against the default schema, strictly and without warnings', () => {
    expect(validatePolicies(defaultPolicies, defaultSchema)).toEqual({ errors: [], warnings: [] });
  });

  it('have an id and a reason in English and Japanese each', () => {
    const annotations = policyAnnotations(checkPolicies(defaultPolicies, defaultSchema));
    expect(annotations.size).toBe(defaultPolicies.match(/^@id/gm)?.length);
    for (const [id, { reason, reason_ja: reasonJa }] of annotations) {
      expect(id).not.toMatch(/^policy\d/);
      expect(reason).toMatch(/^[A-Z].*\.$/);
      expect(reasonJa).toMatch(/^.*[ぁ-ん].*。$/);
    }
  });
});

describe('a device in good standing', () => {
  it.each([
    ['publish', 'd/pump-1/temperature', true],
    ['publish', 'd/pump-1/', true],
    ['publish', 'd/pump-1/a/b/c', true],
    ['publish', 'd/pump-1', false],
    ['publish', 'd/pump-1x/temperature', false],
    ['publish', 'd/pump-/temperature', false],
    ['publish', 'd/PUMP-1/temperature', false],
    ['publish', 'D/pump-1/temperature', false],
    ['publish', 'd//pump-1/temperature', false],
    ['publish', 'd//', false],
    ['publish', 'd/', false],
    ['publish', '/d/pump-1/temperature', false],
    ['publish', ' d/pump-1/temperature', false],
    ['publish', 'd/pump-1 /temperature', false],
    ['publish', 'x/d/pump-1/temperature', false],
    ['publish', 'c/pump-1/start', false],
    ['publish', 'e/pump-1/temperature', false],
    ['publish', '$SYS/pump-1/x', false],
    ['publish', '$kiten/pump-1/other', false],
    ['subscribe', 'c/pump-1/', true],
    ['subscribe', 'c/pump-1/start', true],
    ['receive', 'c/pump-1/start', true],
    ['subscribe', 'c/pump-1', false],
    ['subscribe', 'c/', false],
    ['subscribe', 'c/other/', false],
    ['receive', 'c/other/start', false],
    ['subscribe', 'c/pump-1x/', false],
    ['subscribe', '', false],
    ['subscribe', 'd/', false],
    ['subscribe', 'd/pump-1/', false],
    ['receive', 'd/other/temperature', false],
    ['subscribe', '$SYS/', false],
    ['subscribe', '$kiten/', false],
    ['subscribe', '$kiten/other/', false],
    ['attest', '$kiten/pump-1/attest', true],
    ['update', '$kiten/pump-1/update', true],
    ['attest', '$kiten/other/attest', false],
    ['update', '$kiten/pump-1x/update', false],
    ['attest', '$kiten//attest', false],
    ['attest', 'd/pump-1/attest', false],
    ['connect', 'd/pump-1/x', false],
    ['administer', 'd/pump-1/x', false],
  ])('%s %s: %s', (action, path, allowed) => {
    expect(deviceMay(pump, action, path).allow).toBe(allowed);
  });

  it.each(['connect', 'attest', 'update', 'enrol', 'renew'])('may %s at the site', (action) => {
    expect(deviceMay(pump, action, site).allow).toBe(true);
  });

  it.each(['view', 'operate', 'administer', 'publish'])('may not %s at the site', (action) => {
    expect(deviceMay(pump, action, site).allow).toBe(false);
  });

  it.each([overdue, warned])('is not cut for being overdue, nor by warnings alone', (who) => {
    const { id } = who.uid;
    expect(deviceMay(who, 'publish', `d/${id}/t`).allow).toBe(true);
    expect(deviceMay(who, 'receive', `c/${id}/t`, { publisher: controller.uid }).allow).toBe(true);
    expect(deviceMay(observer, 'receive', `d/${id}/t`, { publisher: who.uid }).allow).toBe(true);
    expect(deviceMay(who, 'renew', site).allow).toBe(true);
  });

  it('publishes retained messages and wills under the same rule', () => {
    for (const circumstances of [{ retain: true }, { will: true }, { retain: true, will: true }]) {
      expect(deviceMay(pump, 'publish', 'd/pump-1/state', circumstances).allow).toBe(true);
      expect(deviceMay(neighbour, 'publish', 'd/pump-1/state', circumstances).allow).toBe(false);
    }
  });
});

describe('a member of the group controllers', () => {
  it.each([
    ['publish', 'c/pump-1/start', true],
    ['publish', 'c/', true],
    ['publish', 'c', false],
    ['publish', 'C/pump-1/start', false],
    ['publish', 'd/pump-1/t', false],
    ['publish', 'd/controller/t', true],
    ['publish', '$kiten/pump-1/attest', false],
    ['subscribe', 'd/', true],
    ['subscribe', 'd/pump-1/', true],
    ['receive', 'd/pump-1/t', true],
    ['subscribe', 'd', false],
    ['subscribe', '', false],
    ['subscribe', 'c/', false],
    ['subscribe', '$kiten/', false],
  ])('%s %s: %s', (action, path, allowed) => {
    expect(deviceMay(controller, action, path).allow).toBe(allowed);
  });
});

describe('a member of the group observers', () => {
  it.each([
    ['subscribe', 'd/', true],
    ['receive', 'd/pump-1/t', true],
    ['subscribe', '$SYS/', true],
    ['receive', '$SYS/broker/uptime', true],
    ['publish', '$SYS/broker/uptime', false],
    ['publish', 'd/pump-1/t', false],
    ['publish', 'c/pump-1/start', false],
    ['subscribe', 'c/', false],
    ['subscribe', '', false],
  ])('%s %s: %s', (action, path, allowed) => {
    expect(deviceMay(observer, action, path).allow).toBe(allowed);
  });

  it('must be in that very group', () => {
    const other = device('other', { groups: ['Observers', 'observers2', 'observer'] });
    expect(deviceMay(other, 'subscribe', 'd/').allow).toBe(false);
  });
});

describe('a member of the group password', () => {
  it.each([
    ['publish', 'd/meter/t', true],
    ['subscribe', 'c/meter/', true],
    ['receive', 'c/meter/set', true],
    ['publish', 'c/pump-1/set', false],
    ['subscribe', 'd/', false],
    ['receive', 'd/pump-1/t', false],
    ['subscribe', '$SYS/', false],
  ] as const)('may %s %s: %s, whatever other groups it is in', (action, path, allowed) => {
    const meter = device('meter', { groups: ['password', 'controllers', 'observers'] });
    expect(deviceMay(meter, action, path).allow).toBe(allowed);
  });
});

describe('a device that has fallen', () => {
  const contained = [
    quarantined,
    contraindicated,
    ...claimNames.flatMap((claim) =>
      [96, -97, 127, -128].map((value) => device(`by-${claim}`, { vector: withClaim(claim, value) })),
    ),
  ];

  it.each(contained)('$uid.id may connect, attest and be updated', (who) => {
    for (const action of ['connect', 'attest', 'update'])
      expect(deviceMay(who, action, site).allow).toBe(true);
    expect(deviceMay(who, 'attest', `$kiten/${who.uid.id}/attest`).allow).toBe(true);
    expect(deviceMay(who, 'update', `$kiten/${who.uid.id}/update`).allow).toBe(true);
    expect(deviceMay(who, 'attest', '$kiten/pump-1/attest').allow).toBe(false);
  });

  it.each(contained)('$uid.id may do nothing else', (who) => {
    const { id } = who.uid;
    for (const action of messages) {
      for (const path of [`d/${id}/t`, `c/${id}/t`, `$kiten/${id}/x`])
        expect(deviceMay(who, action, path).allow).toBe(false);
    }
    expect(deviceMay(who, 'publish', `d/${id}/last-will`, { will: true, retain: true }).allow).toBe(false);
    for (const action of ['renew', 'view']) expect(deviceMay(who, action, site).allow).toBe(false);
  });

  it('may enrol anew with an operator’s token, unless an operator has quarantined it', () => {
    for (const who of contained) expect(deviceMay(who, 'enrol', site).allow).toBe(who !== quarantined);
  });

  it('says so in the reasons', () => {
    expect(deviceMay(quarantined, 'publish', 'd/quarantined/t').reasons).toEqual([
      'quarantined-only-recovers',
    ]);
    expect(deviceMay(contraindicated, 'publish', 'd/contraindicated/t').reasons).toEqual([
      'contraindicated-only-recovers',
    ]);
    expect(deviceMay(revoked, 'publish', 'd/revoked/t').reasons).toContain('unknown-or-revoked-gets-nothing');
  });

  it('loses what its groups gave it', () => {
    const { fallenController } = fleet;
    expect(deviceMay(fallenController, 'publish', 'c/pump-1/start').allow).toBe(false);
    expect(deviceMay(fallenController, 'subscribe', 'd/').allow).toBe(false);
    expect(deviceMay(fallenController, 'receive', 'd/pump-1/t', { publisher: pump.uid }).allow).toBe(false);
  });

  it.each([revoked, unknownDevice])('may do nothing at all if revoked or unknown to the site', (who) => {
    const id = 'uid' in who ? who.uid.id : who.id;
    for (const action of ['connect', 'attest', 'update', 'enrol', 'renew', ...messages]) {
      expect(deviceMay(who, action, site).allow).toBe(false);
      for (const path of [`d/${id}/t`, `c/${id}/t`, `$kiten/${id}/attest`, `$kiten/${id}/update`]) {
        expect(deviceMay(who, action, path).allow).toBe(false);
      }
    }
  });

  it.each([
    { publisher: pump.uid, heard: true },
    { publisher: warned.uid, heard: true },
    { publisher: quarantined.uid, heard: false },
    { publisher: revoked.uid, heard: false },
    { publisher: contraindicated.uid, heard: false },
    { publisher: unknownDevice, heard: false },
  ])('is not heard: what $publisher.id said is delivered: $heard', ({ publisher, heard }) => {
    for (const circumstances of [{}, { retain: true }, { will: true }]) {
      expect(
        deviceMay(observer, 'receive', `d/${publisher.id}/t`, { publisher, ...circumstances }).allow,
      ).toBe(heard);
      expect(deviceMay(pump, 'receive', 'c/pump-1/start', { publisher, ...circumstances }).allow).toBe(heard);
    }
  });

  it.each(claimNames)('is not heard while its %s is contraindicated', (claim) => {
    const liar = device('liar', { vector: withClaim(claim, 99) });
    const { publisher } = { publisher: liar.uid };
    expect(deviceMay(observer, 'receive', 'd/liar/t', { publisher }).allow).toBe(false);
  });
});

describe('an operator', () => {
  it.each([
    [[], 'view', false],
    [['viewer'], 'view', true],
    [['viewer'], 'operate', false],
    [['viewer'], 'administer', false],
    [['operator'], 'view', true],
    [['operator'], 'operate', true],
    [['operator'], 'administer', false],
    [['administrator'], 'view', true],
    [['administrator'], 'operate', true],
    [['administrator'], 'administer', true],
    [['Administrator', 'admin', 'root'], 'view', false],
    [['administrator'], 'publish', false],
  ])('with the roles %j may %s: %s', (roles, action, allowed) => {
    expect(operatorMay(roles, action, site).allow).toBe(allowed);
    expect(operatorMay(roles, action, pump.uid).allow).toBe(allowed);
  });
});

describe('a topic', () => {
  it.each([
    ['d/pump-1/t', 'd', 'pump-1'],
    ['c/pump-1/', 'c', 'pump-1'],
    ['$kiten/pump-1/attest/x', '$kiten', 'pump-1'],
    ['d/pump-1', 'd', undefined],
    ['d//t', 'd', undefined],
    ['d', 'd', undefined],
    ['', '', undefined],
    ['/d/pump-1/t', '', undefined],
    ['$SYS/pump-1/t', '$SYS', undefined],
    ['D/pump-1/t', 'D', undefined],
  ])('%j lies in space %j and belongs to %s', (path, space, owner) => {
    const { attributes } = topicEntity(path).entity;
    expect(attributes.get('path')).toBe(path);
    expect(attributes.get('space')).toBe(space);
    expect(attributes.get('owner')).toEqual(
      owner === undefined ? undefined : { kind: 'entity', type: 'Device', id: owner },
    );
  });
});
