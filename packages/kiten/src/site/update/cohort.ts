import {
  compilePolicies,
  decide,
  deviceEntity,
  emptyRecord,
  entities,
  entityValue,
  type NamedEntity,
  type DeviceFacts as PolicyFacts,
  trustTypes,
  type Value,
} from '@kiten/policy';
import { checkPolicies } from '@kiten/policy/cedar';
import type { TrustVector } from '@kiten/trust';
import { type Cohort, type DeviceFacts, type EcuFacts, type Release, releaseFor } from '@kiten/update';

/** What the policies of a campaign speak of: a device as it stands, and the release that is for its hardware. */
export const cohortSchema = `entity Group;

${trustTypes}

entity Device in [Group] {
  site: String,
  standing: String,
  overdue: Bool,
  vector: Vector,
  tier: Tiers,
  model?: String,
  lot?: String,
  hardwareId: String,
  version?: String, // of what runs there now, if the site knows it as a release
  releaseCounter: Long, // the highest that it has confirmed
};

entity Release {
  version: String,
  hardwareId: String,
  releaseCounter: Long,
};

action update appliesTo {
  principal: Device,
  resource: Release,
};
`;

const action = { type: 'Action', id: 'update' };

/**
 * A cohort from Cedar text: a device belongs to it if the policies permit `update` for every image that is for it.
 *
 * @throws KitenError `policy/parse-failed`, `policy/invalid`, `policy/duplicate-id` … as for any policies
 */
export function compileCohort(text: string, site: string): Cohort {
  const compiled = compilePolicies(checkPolicies(text, cohortSchema));
  return (device, releases) => {
    const wanted = device.ecus.flatMap((ecu) => {
      const release = releaseFor(ecu, releases);
      return release === undefined ? [] : [{ ecu, release }];
    });
    return (
      wanted.length > 0 &&
      wanted.every(({ ecu, release }) => {
        const [principal, resource] = [principalOf(device, ecu, site), resourceOf(release, ecu)];
        const request = { principal: principal.uid, action, resource: resource.uid, context: emptyRecord };
        return decide(compiled, request, entities(principal, resource)).allow;
      })
    );
  };
}

function principalOf(device: DeviceFacts, ecu: EcuFacts, site: string): NamedEntity {
  const { id, groups, standing, overdue, model, lot } = device;
  const facts: PolicyFacts = { id, groups, standing, overdue, vector: device.vector as TrustVector };
  const { uid, entity } = deviceEntity(facts);
  const attributes = new Map<string, Value>(entity.attributes);
  attributes.set('site', site);
  attributes.set('hardwareId', ecu.hardwareId);
  attributes.set('releaseCounter', BigInt(ecu.releaseCounter));
  if (model !== undefined) attributes.set('model', model);
  if (lot !== undefined) attributes.set('lot', lot);
  if (ecu.version !== undefined) attributes.set('version', ecu.version);
  return { uid, entity: { ...entity, attributes } };
}

const none: NamedEntity['entity']['tags'] = new Map();

function resourceOf({ target, version, releaseCounter }: Release, { hardwareId }: EcuFacts): NamedEntity {
  const attributes = new Map<string, Value>([
    ['version', version],
    ['hardwareId', hardwareId],
    ['releaseCounter', BigInt(releaseCounter)],
  ]);
  return { uid: entityValue('Release', target), entity: { attributes, ancestors: new Map(), tags: none } };
}
