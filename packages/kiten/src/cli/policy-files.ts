import { KitenError, parseJsonStrict } from '@kiten/codec';
import {
  type CedarSchema,
  type CompiledPolicies,
  compilePolicies,
  defaultInvariants,
  defaultPolicies,
  defaultSchema,
  type EntitySource,
  entitiesFromJson,
  exactJsonText,
  type PolicyJson,
  type PolicySetJson,
  policyAnnotations,
  type Request,
  requestFromJson,
  type SchemaModel,
} from '@kiten/policy';
import {
  type PolicyIds,
  parsePolicies,
  readSchema,
  readSchemaModel,
  resolveSchema,
  schemaText,
} from '@kiten/policy/cedar';
import { readText } from './files.ts';
import { language } from './language.ts';

type JsonObject = Readonly<Record<string, unknown>>;
type SchemaInput = Parameters<typeof readSchema>[0];

const largest = 1 << 28;

/** JSON as Cedar's files have it: integers exact. @throws KitenError `kiten/file-unreadable`, `codec/json-…` */
export async function readJson(file: string): Promise<unknown> {
  return parseExact(await readText(file));
}

function parseExact(text: string): unknown {
  return parseJsonStrict(text, { bigIntegers: true, maxBytes: largest, maxDepth: 1024 });
}

/** A file that is either JSON or Cedar's own notation. */
function isJson(text: string): boolean {
  return /^\s*[{[]/.test(text);
}

/** Policies as Cedar text or in Cedar's JSON form: a policy set, a list or an object of policies, or a single one. */
export async function readPolicySet(
  file: string | undefined,
  unless: string = defaultPolicies,
  ids: PolicyIds = 'annotation',
): Promise<PolicySetJson> {
  if (file === undefined) return parsePolicies(unless);
  const text = await readText(file);
  return isJson(text) ? policySetOf(parseExact(text), ids) : parsePolicies(text, ids);
}

function policySetOf(json: unknown, ids: PolicyIds): PolicySetJson {
  if (Array.isArray(json)) {
    const numbered = json.map((each, index) => [`policy${index}`, each]);
    return policySetOf({ staticPolicies: Object.fromEntries(numbered) }, ids);
  }
  const object = json as JsonObject;
  if (Object.hasOwn(object, 'effect')) return policySetOf([object], ids);
  const isSet = ['staticPolicies', 'templates', 'templateLinks'].some((name) => Object.hasOwn(object, name));
  const {
    staticPolicies = {},
    templates = {},
    templateLinks = [],
    ...others
  } = isSet ? object : { staticPolicies: object };
  if (typeof staticPolicies === 'string')
    return policySetOf({ ...object, staticPolicies: parsePolicies(staticPolicies, ids).staticPolicies }, ids);
  if (Array.isArray(staticPolicies))
    return policySetOf({ ...object, staticPolicies: policySetOf(staticPolicies, ids).staticPolicies }, ids);
  return {
    ...others,
    staticPolicies: eachParsed(staticPolicies as JsonObject, 'staticPolicies'),
    templates: eachParsed(templates as JsonObject, 'templates'),
    templateLinks,
  } as PolicySetJson;
}

/** A policy within JSON may itself be Cedar text. */
function eachParsed(
  policies: JsonObject,
  kind: 'staticPolicies' | 'templates',
): Readonly<Record<string, PolicyJson>> {
  return Object.fromEntries(
    Object.entries(policies).map(([id, policy]) => {
      if (typeof policy !== 'string') return [id, policy as PolicyJson];
      const [parsed, ...more] = Object.values(parsePolicies(policy)[kind]);
      if (parsed !== undefined && more.length === 0) return [id, parsed];
      throw new KitenError('kiten/policy-file', `“${id}” is not one policy.`);
    }),
  );
}

/** The policies of a file; without one, those that a site starts with. */
export async function readPolicies(
  file: string | undefined,
  ids: PolicyIds = 'annotation',
): Promise<CompiledPolicies> {
  return compilePolicies(await readPolicySet(file, defaultPolicies, ids));
}

export interface Invariants {
  readonly compiled: CompiledPolicies;
  /** What each says, for people. */
  readonly sentences: ReadonlyMap<string, string>;
}

/** Invariants, each with an `@id`; without a file, those that a site keeps. */
export async function readInvariants(file: string | undefined): Promise<Invariants> {
  const set = await readPolicySet(file, defaultInvariants);
  const annotations = policyAnnotations(set);
  for (const [id, { id: named }] of annotations) {
    if (named !== id || Object.hasOwn(set.templates, id))
      throw new KitenError(
        'kiten/invariant-unnamed',
        `An invariant needs an @id, and is no template: ${id}.`,
      );
  }
  const name = language() === 'ja' ? 'sentence_ja' : 'sentence';
  const sentences = new Map(
    [...annotations].map(([id, texts]) => [id, texts[name] ?? texts.sentence ?? id] as const),
  );
  return { compiled: compilePolicies(set), sentences };
}

/** What a certificate is about, in the JSON forms that a checker reads. */
export async function readCertified(files: {
  readonly schema?: string;
  readonly policies?: string;
  readonly invariants?: string;
}): Promise<Readonly<Record<'schema' | 'policies' | 'invariants', string>>> {
  return {
    schema: exactJsonText(resolveSchema(await schemaInput(files.schema))),
    policies: exactJsonText(await readPolicySet(files.policies)),
    invariants: exactJsonText(await readPolicySet(files.invariants, defaultInvariants)),
  };
}

async function schemaInput(file: string | undefined): Promise<SchemaInput> {
  if (file === undefined) return defaultSchema;
  const text = await readText(file);
  return isJson(text) ? (parseExact(text) as SchemaInput) : text;
}

/** A schema for reading entities and requests: none if no file is given. */
export async function readCedarSchema(file: string | undefined): Promise<CedarSchema | undefined> {
  return file === undefined ? undefined : readSchema(await schemaInput(file));
}

/** A schema as entities and requests are read by it, and as the engine validates requests by it. */
export interface RequestSchema {
  readonly shapes: CedarSchema;
  readonly resolved: ReturnType<typeof resolveSchema>;
}

/** A schema for requests that may have to be validated; undefined if no file is given. */
export async function readRequestSchema(file: string | undefined): Promise<RequestSchema | undefined> {
  if (file === undefined) return undefined;
  const resolved = resolveSchema(await schemaInput(file));
  return { shapes: readSchema(resolved), resolved };
}

/** A schema as Cedar text, whichever form its file has. */
export async function readSchemaText(file: string): Promise<string> {
  return schemaText(await schemaInput(file));
}

/** A schema to prove over; without a file, that of a site. */
export async function readProvableSchema(file: string | undefined): Promise<SchemaModel> {
  return readSchemaModel(await schemaInput(file));
}

export async function readEntities(file: string, schema: CedarSchema | undefined): Promise<EntitySource> {
  return entitiesFromJson(await readJson(file), schema);
}

/** Requests of a file, one or a list, in Cedar's JSON form; entities may be named as text too: `Device::"pump-1"`. */
export async function readRequests(
  file: string,
  schema: CedarSchema | undefined,
): Promise<readonly Request[]> {
  return (await readRows(file)).map((each) => readRequest(each, schema));
}

/** The requests of a file in JSON, one or a list. */
export async function readRows(file: string): Promise<readonly unknown[]> {
  const json = await readJson(file);
  return Array.isArray(json) ? json : [json];
}

/** What Cedar's own corpora say of a request beside it: what it is for, whether to validate it, and what comes of it. */
const besidesRequest = new Set([
  ...['description', 'desc', 'validate_request', 'validateRequest'],
  ...['decision', 'reason', 'reasons', 'errors'],
]);

export function readRequest(json: unknown, schema: CedarSchema | undefined): Request {
  if (typeof json !== 'object' || json === null) return requestFromJson(json, schema);
  const names = ['principal', 'action', 'resource'];
  const named = Object.entries(json)
    .filter(([name]) => !besidesRequest.has(name))
    .map(([name, value]) => [
      name,
      names.includes(name) && typeof value === 'string' ? readUid(value) : value,
    ]);
  return requestFromJson(Object.fromEntries(named), schema);
}

/** An entity's name in Cedar's notation, read by Cedar's own parser. */
function readUid(text: string): unknown {
  const { staticPolicies } = parsePolicies(`permit (principal == ${text}, action, resource);`);
  const [policy, ...more] = Object.values(staticPolicies);
  const scope = policy?.principal;
  if (more.length === 0 && scope?.op === '==' && 'entity' in scope && policy?.conditions.length === 0)
    return scope.entity;
  throw new KitenError('kiten/policy-file', `“${text.slice(0, 80)}” does not name an entity.`);
}
