import { KitenError } from '@kiten/codec';
import { readEntityUid } from '../json/entity-uid.ts';
import type { PolicySetJson } from '../json/policy-json.ts';
import { isJsonObject, readList, readObject, readText, refuse } from '../json/read.ts';
import type { EntityUid } from '../values/value.ts';
import { type CompiledPolicy, compilePolicy } from './policy.ts';
import { PolicyIndex } from './policy-index.ts';
import { policyCode, slotsOf } from './scope.ts';

/** A policy set, ready to decide. */
export interface CompiledPolicies {
  /** Static policies first, then linked templates, each in the order of the set. */
  readonly policies: readonly CompiledPolicy[];
  /** How many there are. */
  readonly size: number;
  readonly index: PolicyIndex;
}

/**
 * Compiles a policy set in Cedar's JSON form to closures, once; everything wrong with its form shows here.
 *
 * @throws {KitenError} `policy/json-policy`, `policy/json-expression` or `policy/json-value` for a form that isn't
 *   Cedar's; `policy/duplicate-id` if a link has the id of another policy; `policy/link` if a link doesn't fit its template.
 */
export function compilePolicies(set: PolicySetJson): CompiledPolicies {
  const what = { code: policyCode, name: 'a policy set' } as const;
  const parts = readObject(set, what, [], ['staticPolicies', 'templates', 'templateLinks']);
  const templates = readMap(parts.templates ?? {}, 'templates');
  const statics = Object.entries(readMap(parts.staticPolicies ?? {}, 'staticPolicies'));
  const links = readList(parts.templateLinks ?? [], policyCode, 'templateLinks').map(readLink);
  refuseDuplicates([
    ...statics.map(([id]) => id),
    ...Object.keys(templates),
    ...links.map(({ newId }) => newId),
  ]);
  checkTemplates(templates);
  const policies = statics.map(([id, json], order) => compilePolicy(id, order, json));
  for (const link of links) policies.push(compileLink(link, templates, policies.length));
  return { policies, size: policies.length, index: new PolicyIndex(policies) };
}

function readMap(json: unknown, name: string): Readonly<Record<string, unknown>> {
  return isJsonObject(json) ? json : refuse(policyCode, `${name}, an object from ids to policies`, json);
}

function refuseDuplicates(ids: readonly string[]): void {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id))
      throw new KitenError('policy/duplicate-id', `Two policies have the id "${id}".`, { detail: { id } });
    seen.add(id);
  }
}

/** A template is checked even if nothing links it, with stand-ins for its slots. */
function checkTemplates(templates: Readonly<Record<string, unknown>>): void {
  const standIn: EntityUid = { type: 'StandIn', id: '' };
  for (const [id, json] of Object.entries(templates)) {
    if (slotsOf(json).size === 0)
      refuse(policyCode, `?principal or ?resource in the scope of template ${id}`);
    compilePolicy(id, 0, json, { '?principal': standIn, '?resource': standIn });
  }
}

interface Link {
  readonly templateId: string;
  readonly newId: string;
  readonly slots: ReadonlyMap<string, EntityUid>;
}

function readLink(json: unknown): Link {
  const link = readObject(json, { code: policyCode, name: 'a template link' }, [
    'templateId',
    'newId',
    'values',
  ]);
  const values = Object.entries(readMap(link.values, 'the values of a template link'));
  return {
    templateId: readText(link.templateId, policyCode, 'templateId'),
    newId: readText(link.newId, policyCode, 'newId'),
    slots: new Map(values.map(([slot, uid]) => [slot, readEntityUid(uid, policyCode)])),
  };
}

function compileLink(
  link: Link,
  templates: Readonly<Record<string, unknown>>,
  order: number,
): CompiledPolicy {
  const template = Object.hasOwn(templates, link.templateId) ? templates[link.templateId] : undefined;
  const wanted = slotsOf(template);
  const fits = wanted.size === link.slots.size && [...wanted].every((slot) => link.slots.has(slot));
  if (template === undefined || !fits) {
    const detail = { template: link.templateId, slots: [...wanted], given: [...link.slots.keys()] };
    const problem = template === undefined ? 'names no template' : 'does not fill the slots of its template';
    throw new KitenError('policy/link', `The link "${link.newId}" ${problem}.`, { detail });
  }
  return compilePolicy(link.newId, order, template, Object.fromEntries(link.slots));
}
