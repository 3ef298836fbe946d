import { basename, dirname, join, resolve } from 'node:path';
import { KitenError } from '@kiten/codec';
import { type CedarSchema, type EntitySource, entitiesFromJson } from '@kiten/policy';
import { type PolicyIds, validatePolicies } from '@kiten/policy/cedar';
import type { Command } from 'commander';
import { decideRequest } from '../decide-request.ts';
import { exitCodes } from '../exit-codes.ts';
import { readIfThere, readText } from '../files.ts';
import { policyIdsOption } from '../options.ts';
import { counted, print, printJson } from '../output.ts';
import { readEntities, readJson, readPolicies, readRequestSchema, readSchemaText } from '../policy-files.ts';

/** A row of the table, as Cedar's own tests write it. */
interface Example {
  readonly name: string;
  readonly request: unknown;
  readonly decision: 'allow' | 'deny';
  readonly reason: readonly string[] | undefined;
  readonly errors: readonly string[] | undefined;
}

interface Result {
  readonly name: string;
  readonly holds: boolean;
  readonly expected: string;
  readonly found: string;
}

interface TestOptions {
  readonly ids?: PolicyIds;
  readonly json?: boolean;
}

/**
 * `kiten policy test`: tables of examples, in the form of Cedar's own tests. A table that says whether its policies
 * `shouldValidate` is one of Cedar's: policies are called as its engine calls them, and requests are validated.
 */
export function policyTestCommand(policy: Command): void {
  policy
    .command('test <file...>')
    .description('hold policies against tables of examples, offline; exits with 1 if one comes out otherwise')
    .addOption(policyIdsOption())
    .option('--json', 'print JSON')
    .action(async (files: readonly string[], options: TestOptions) => {
      const results: Result[] = [];
      for (const file of files) results.push(...(await testTable(file, options.ids)));
      const failed = results.filter(({ holds }) => !holds);
      if (failed.length > 0) process.exitCode = exitCodes.refused;
      if (options.json) return printJson({ examples: results.length, failed });
      for (const { name, expected, found } of failed)
        print(`✖ ${name}: expected ${expected}, found ${found}`);
      const passed = results.length - failed.length;
      print(
        `${failed.length === 0 ? '●' : '✖'} ${passed} of ${counted(results.length, 'example', 'examples')} as expected`,
      );
    });
}

async function testTable(file: string, ids: PolicyIds | undefined): Promise<readonly Result[]> {
  const table = asObject(await readJson(file), file);
  const shouldValidate = table.shouldValidate ?? table.should_validate;
  const isCedars = shouldValidate !== undefined;
  const [policiesFile, schemaFile] = [await locate(file, table.policies), await locate(file, table.schema)];
  const schema = await readRequestSchema(schemaFile);
  const policies = await readPolicies(policiesFile, ids ?? (isCedars ? 'cedar' : 'annotation'));
  const entities = await readTableEntities(file, table.entities, schema?.shapes);
  const rows = table.requests ?? table.examples ?? table.queries;
  if (!Array.isArray(rows)) throw malformed(`${file} has no list “requests”.`);
  const results = rows.map((row, index): Result => {
    const example = readExample(row, `${file}, ${index + 1}`);
    const { allow, reasons, errors } = decideRequest(
      example.request,
      { policies, entities, schema },
      isCedars,
    );
    const found = {
      decision: allow ? 'allow' : 'deny',
      reason: reasons,
      errors: errors.map(({ policy }) => policy),
    };
    return compare(example, found);
  });
  if (!isCedars || policiesFile === undefined || schemaFile === undefined) return results;
  return [await validation(file, shouldValidate === true, policiesFile, schemaFile), ...results];
}

/** Whether the policies fit the schema as the table says. */
async function validation(
  file: string,
  isExpected: boolean,
  policiesFile: string,
  schemaFile: string,
): Promise<Result> {
  const [policies, schema] = [await readText(policiesFile), await readSchemaText(schemaFile)];
  const { errors } = validatePolicies(policies, schema, 'cedar');
  const show = (isValid: boolean): string => (isValid ? 'valid' : 'not valid');
  const isValid = errors.length === 0;
  return {
    name: `${file}, policies and schema`,
    holds: isValid === isExpected,
    expected: show(isExpected),
    found: isValid ? show(isValid) : `${show(isValid)}: ${errors[0]!.message}`,
  };
}

function compare(
  example: Example,
  found: { decision: string; reason: readonly string[]; errors: readonly string[] },
): Result {
  const show = (parts: Pick<Example, 'reason' | 'errors'> & { readonly decision: string }) =>
    [
      parts.decision,
      example.reason && `by ${[...(parts.reason ?? [])].sort().join(', ') || 'nothing'}`,
      example.errors && `failing ${[...(parts.errors ?? [])].sort().join(', ') || 'nothing'}`,
    ]
      .filter((part) => part !== undefined)
      .join(' ');
  const [expected, was] = [show(example), show(found)];
  return { name: example.name, holds: expected === was, expected, found: was };
}

function readExample(json: unknown, place: string): Example {
  const { principal, action, resource, context = {}, ...row } = asObject(json, place);
  const { validateRequest = row.validate_request } = row;
  const decision = String(row.decision).toLowerCase();
  if (decision !== 'allow' && decision !== 'deny') throw malformed(`${place}: “decision” is allow or deny.`);
  const ids = (value: unknown): readonly string[] | undefined => {
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((id) => typeof id === 'string')) return value;
    throw malformed(`${place}: “reason” and “errors” are lists of policies.`);
  };
  return {
    name: String(row.description ?? row.name ?? place),
    request: { principal, action, resource, context, validateRequest },
    decision,
    reason: ids(row.reason ?? row.reasons),
    errors: ids(row.errors),
  };
}

async function readTableEntities(
  file: string,
  entities: unknown,
  schema: CedarSchema | undefined,
): Promise<EntitySource> {
  if (Array.isArray(entities)) return entitiesFromJson(entities, schema);
  const path = await locate(file, entities);
  return path === undefined ? entitiesFromJson([], schema) : readEntities(path, schema);
}

/** A path in a table is relative to it or to a folder above it; in a corpus that was moved, the file may lie beside it. */
async function locate(table: string, path: unknown): Promise<string | undefined> {
  if (path === undefined) return undefined;
  if (typeof path !== 'string')
    throw malformed(`${table}: policies, schema and entities are named by their files.`);
  const folders = [dirname(resolve(table))];
  while (folders.at(-1) !== dirname(folders.at(-1)!)) folders.push(dirname(folders.at(-1)!));
  const candidates = [
    ...folders.map((folder) => resolve(folder, path)),
    path,
    join(folders[0]!, basename(path)),
  ];
  for (const candidate of candidates) if ((await readIfThere(candidate)) !== undefined) return candidate;
  return candidates[0];
}

function asObject(json: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof json === 'object' && json !== null && !Array.isArray(json))
    return json as Readonly<Record<string, unknown>>;
  throw malformed(`${what} is not an object.`);
}

function malformed(message: string): KitenError {
  return new KitenError('kiten/example-table', message);
}
