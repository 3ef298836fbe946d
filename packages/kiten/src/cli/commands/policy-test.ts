import { basename, dirname, join } from 'node:path';
import { KitenError } from '@kiten/codec';
import { type CedarSchema, decide, type EntitySource, entitiesFromJson, type Request } from '@kiten/policy';
import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { readIfThere } from '../files.ts';
import { counted, print, printJson } from '../output.ts';
import { readCedarSchema, readEntities, readJson, readPolicies, readRequest } from '../policy-files.ts';

/** A row of the table, as Cedar's own tests write it. */
interface Example {
  readonly name: string;
  readonly request: Request;
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

/** `kiten policy test`: tables of examples, in the form of Cedar's own tests. */
export function policyTestCommand(policy: Command): void {
  policy
    .command('test <file...>')
    .description('hold policies against tables of examples, offline; exits with 1 if one comes out otherwise')
    .option('--json', 'print JSON')
    .action(async (files: readonly string[], options: { readonly json?: boolean }) => {
      const results: Result[] = [];
      for (const file of files) results.push(...(await testTable(file)));
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

async function testTable(file: string): Promise<readonly Result[]> {
  const table = asObject(await readJson(file), file);
  const pathOf = (name: 'policies' | 'schema') => locate(file, table[name]);
  const schema = await readCedarSchema(await pathOf('schema'));
  const policies = await readPolicies(await pathOf('policies'));
  const entities = await readTableEntities(file, table.entities, schema);
  const rows = table.requests ?? table.examples ?? table.queries;
  if (!Array.isArray(rows)) throw malformed(`${file} has no list “requests”.`);
  return rows.map((row, index) => {
    const example = readExample(row, `${file}, ${index + 1}`, schema);
    const { allow, reasons, errors } = decide(policies, example.request, entities);
    const found = {
      decision: allow ? 'allow' : 'deny',
      reason: reasons,
      errors: errors.map(({ policy }) => policy),
    };
    return compare(example, found);
  });
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

function readExample(json: unknown, place: string, schema: CedarSchema | undefined): Example {
  const { principal, action, resource, context = {}, ...row } = asObject(json, place);
  const decision = String(row.decision).toLowerCase();
  if (decision !== 'allow' && decision !== 'deny') throw malformed(`${place}: “decision” is allow or deny.`);
  const ids = (value: unknown): readonly string[] | undefined => {
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((id) => typeof id === 'string')) return value;
    throw malformed(`${place}: “reason” and “errors” are lists of policies.`);
  };
  return {
    name: String(row.description ?? row.name ?? place),
    request: readRequest({ principal, action, resource, context }, schema),
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

/** A path in a table is relative to it; in a corpus that was moved, the file may lie beside it. */
async function locate(table: string, path: unknown): Promise<string | undefined> {
  if (path === undefined) return undefined;
  if (typeof path !== 'string')
    throw malformed(`${table}: policies, schema and entities are named by their files.`);
  const candidates = [join(dirname(table), path), path, join(dirname(table), basename(path))];
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
