import {
  compilePolicies,
  type DeviceFacts,
  decide,
  defaultPolicies,
  deviceEntity,
  entities,
  type NamedEntity,
  operatorEntity,
  recordValue,
  topicEntity,
} from '@kiten/policy';
import { parsePolicies } from '@kiten/policy/cedar';
import type { ClaimName, TrustVector } from '@kiten/trust';

/** A fleet in which each device shows one thing that the default policies look at. */
const sound: TrustVector = {
  'instance-identity': 2,
  configuration: 2,
  executables: 2,
  'file-system': 0,
  hardware: 0,
  'runtime-opaque': 0,
  'storage-opaque': 0,
  'sourced-data': 2,
};

export function device(id: string, facts: Partial<DeviceFacts> = {}): NamedEntity {
  return deviceEntity({ id, groups: [], standing: 'admitted', vector: sound, overdue: false, ...facts });
}

export function withClaim(claim: ClaimName, value: number): TrustVector {
  return { ...sound, [claim]: value };
}

export const fleet = {
  pump: device('pump-1'),
  neighbour: device('pump-1x'),
  overdue: device('overdue', { overdue: true }),
  warned: device('warned', { vector: { ...sound, hardware: 32, configuration: -40, executables: 95 } }),
  quarantined: device('quarantined', { standing: 'quarantined' }),
  revoked: device('revoked', { standing: 'revoked' }),
  contraindicated: device('contraindicated', { vector: withClaim('hardware', 96) }),
  controller: device('controller', { groups: ['controllers'] }),
  observer: device('observer', { groups: ['observers', 'floor-2'] }),
  fallenController: device('fallen-controller', {
    groups: ['controllers', 'observers'],
    standing: 'quarantined',
  }),
} as const;

export const unknownDevice = { type: 'Device', id: 'ghost' };
export const site = { type: 'Site', id: 'plant-7.example' };
const compiled = compilePolicies(parsePolicies(defaultPolicies));

export interface Circumstances {
  readonly retain?: boolean;
  readonly will?: boolean;
  readonly publisher?: { readonly type: string; readonly id: string };
}

/** What the default policies decide about a device of the fleet, or one unknown to the site, on a topic or at the site. */
export function deviceMay(
  who: NamedEntity | typeof unknownDevice,
  action: string,
  where: string | typeof site,
  { retain = false, will = false, publisher }: Circumstances = {},
) {
  const principal = 'uid' in who ? who.uid : who;
  const topic = typeof where === 'string' ? topicEntity(where) : undefined;
  const known = entities(
    ...Object.values(fleet),
    ...('uid' in who ? [who] : []),
    ...(topic === undefined ? [] : [topic]),
  );
  const context = recordValue({
    retain,
    will,
    ...(publisher === undefined ? {} : { publisher: { kind: 'entity', ...publisher } as const }),
  });
  const resource = topic?.uid ?? site;
  return decide(compiled, { principal, action: { type: 'Action', id: action }, resource, context }, known);
}

export function operatorMay(
  roles: readonly string[],
  action: string,
  resource: { type: string; id: string },
) {
  const operator = operatorEntity({ name: 'ann', roles });
  const request = {
    principal: operator.uid,
    action: { type: 'Action', id: action },
    resource,
    context: recordValue({}),
  };
  return decide(compiled, request, entities(operator, fleet.pump));
}
