import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type AuthorizationCall, isAuthorized, validate } from '@cedar-policy/cedar-wasm/nodejs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kiten } from './kiten.ts';

/** One test in the form of cedar-integration-tests, with what its files hold. */
interface Corpus {
  readonly policies: string;
  readonly schema: string;
  readonly entities: readonly object[];
  readonly shouldValidate: boolean;
  readonly requests: readonly (Pick<AuthorizationCall, 'principal' | 'action' | 'resource' | 'context'> & {
    readonly description: string;
    readonly validateRequest?: boolean;
  })[];
}

const uid = (type: string, id: string) => ({ type, id });
const entity = (type: string, id: string, attrs: object = {}, parents: object[] = []) => ({
  ...{ uid: uid(type, id), attrs, parents },
});
const [ann, ben, read, write, file] = [
  uid('User', 'ann'),
  uid('User', 'ben'),
  uid('Action', 'read'),
  uid('Action', 'write'),
  uid('File', 'f'),
];

const corpora: Readonly<Record<string, Corpus>> = {
  'groups, and policies with ids of their own': {
    policies: `@id("second") permit (principal in Group::"readers", action == Action::"read", resource);
      @id("first") forbid (principal, action, resource) when { resource.isSecret };
      permit (principal == User::"ben", action, resource) unless { context.late };`,
    schema: `entity Group; entity User in [Group]; entity File { isSecret: Bool };
      action read, write appliesTo { principal: [User], resource: [File], context: { late: Bool } };`,
    entities: [
      entity('User', 'ann', {}, [uid('Group', 'readers')]),
      entity('User', 'ben'),
      entity('File', 'f', { isSecret: false }),
      entity('File', 'g', { isSecret: true }),
    ],
    shouldValidate: true,
    requests: [
      {
        description: 'a reader reads',
        principal: ann,
        action: read,
        resource: file,
        context: { late: true },
      },
      { description: 'two permit', principal: ben, action: read, resource: file, context: { late: false } },
      {
        description: 'nothing permits',
        principal: ann,
        action: write,
        resource: file,
        context: { late: true },
      },
      {
        ...{ description: 'one forbids', principal: ben, action: read, resource: uid('File', 'g') },
        context: { late: false },
      },
      {
        ...{ description: 'the resource is not in the store', principal: ann, action: read },
        ...{ resource: uid('File', 'unheard'), context: { late: true } },
      },
      {
        ...{ description: 'the schema refuses the context', principal: ann, action: read, resource: file },
        context: { late: 5 },
      },
      {
        ...{
          description: 'what the schema refuses, not asked',
          principal: ann,
          action: read,
          resource: file,
        },
        ...{ context: { late: 5 }, validateRequest: false },
      },
      {
        ...{ description: 'the schema refuses the principal', principal: uid('Group', 'readers') },
        ...{ action: read, resource: file, context: { late: false } },
      },
    ],
  },
  'extension types, and policies that fail': {
    policies: `permit (principal, action, resource) when { context.from.isInRange(ip("10.0.0.0/8")) };
      permit (principal, action, resource) when { ip(context.name).isLoopback() };
      forbid (principal, action, resource) when { context.price.greaterThan(decimal("9.99")) };
      forbid (principal, action, resource) when { context.at < datetime("2020-01-01") || context.n + 1 == 0 };`,
    schema: `entity User; entity File;
      action read appliesTo { principal: [User], resource: [File],
        context: { from: ipaddr, name: String, price: decimal, at: datetime, n: Long } };`,
    entities: [],
    shouldValidate: false,
    requests: ['10.1.2.3', '11.1.2.3'].flatMap((from) =>
      ['127.0.0.1', 'localhost'].flatMap((name) =>
        ['1.00', '10.00'].map((price) => ({
          ...{ description: `${from} ${name} ${price}`, principal: ann, action: read, resource: file },
          context: { from, name, price, at: '2024-05-06T07:08:09Z', n: Number.MAX_SAFE_INTEGER },
        })),
      ),
    ),
  },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiten-corpus-'));
});
afterAll(() => rm(folder, { recursive: true }));

const put = async (name: string, content: string | object): Promise<string> => {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

/** What Cedar's engine says of a request; a request that its schema refuses is denied for no reason. */
function cedarSays(
  corpus: Corpus,
  { description: _, validateRequest = true, ...request }: Corpus['requests'][0],
) {
  const answer = isAuthorized({
    ...{ ...request, schema: corpus.schema, validateRequest, entities: corpus.entities as never },
    policies: { staticPolicies: corpus.policies },
  });
  if (answer.type === 'failure') return { decision: 'deny', reason: [], errors: [] };
  const { decision, diagnostics } = answer.response;
  const errors = diagnostics.errors.map(({ policyId }) => policyId).toSorted();
  return { decision, reason: diagnostics.reason.toSorted(), errors };
}

describe.each(Object.entries(corpora))('a corpus of %s', (name, corpus) => {
  const files = async () => {
    const at = name.replaceAll(/\W/g, '-');
    const [policies, schema] = [`data/${at}.cedar`, `data/${at}.cedarschema`];
    await put(policies, corpus.policies);
    await put(schema, corpus.schema);
    await put(`data/${at}.json`, corpus.entities);
    return { at, policies, schema, entities: `data/${at}.json` };
  };
  const requests = corpus.requests.map((request) => ({ ...request, ...cedarSays(corpus, request) }));

  it('is as its engine says', () => {
    const policies = { staticPolicies: corpus.policies };
    const answer = validate({ schema: corpus.schema, policies });
    expect(answer.type === 'success' && answer.validationErrors.length === 0).toBe(corpus.shouldValidate);
    expect(new Set(requests.map(({ decision }) => decision)).size).toBe(2);
  });

  it('is decided as by Cedar’s engine, policies under its names', async () => {
    const { at, policies, schema, entities } = await files();
    const rows = requests.map(({ validateRequest = true, ...row }) => ({ ...row, validateRequest }));
    const { stdout } = await kiten([
      ...[
        'policy',
        'decide',
        '--json',
        '--policies',
        join(folder, policies),
        '--schema',
        join(folder, schema),
      ],
      ...['--entities', join(folder, entities), '--request', await put(`${at}-rows.json`, rows)],
    ]);
    const decided = (JSON.parse(stdout) as { decision: string; reason: string[]; errors: string[] }[]).map(
      ({ decision, reason, errors }) => ({ decision, reason: reason.toSorted(), errors: errors.toSorted() }),
    );
    expect(decided).toEqual(requests.map(({ decision, reason, errors }) => ({ decision, reason, errors })));
  });

  it('comes out as expected as a whole, wherever its files are above it; and another does not', async () => {
    const { at, ...paths } = await files();
    const test = { ...paths, shouldValidate: corpus.shouldValidate, requests };
    const count = requests.length + 1;
    const good = await kiten(['policy', 'test', await put(`tests/deep/${at}.json`, test)]);
    expect(good).toMatchObject({ code: 0, stdout: `● ${count} of ${count} examples as expected\n` });
    const [first, ...rest] = requests;
    const wrong = {
      ...{ ...test, shouldValidate: !corpus.shouldValidate },
      requests: [{ ...first, reason: ['policy7'] }, ...rest],
    };
    const bad = await kiten(['policy', 'test', '--json', await put(`tests/deep/${at}-wrong.json`, wrong)]);
    expect(bad.code).toBe(1);
    expect(JSON.parse(bad.stdout).failed).toHaveLength(2);
  });
});

it('policies are called by their @id if asked', async () => {
  const corpus = Object.values(corpora)[0]!;
  const { stdout } = await kiten([
    ...['policy', 'decide', '--json', '--ids', 'annotation'],
    ...['--policies', await put('ids.cedar', corpus.policies)],
    ...['--entities', await put('ids.json', corpus.entities)],
    ...['--request', await put('ids-request.json', corpus.requests[1]!)],
  ]);
  expect(JSON.parse(stdout)).toMatchObject({ decision: 'allow', reason: ['policy2'] });
  const { stdout: other } = await kiten([
    ...['policy', 'decide', '--json', '--ids', 'annotation'],
    ...['--policies', join(folder, 'ids.cedar'), '--entities', join(folder, 'ids.json')],
    ...['--request', await put('ids-request.json', corpus.requests[0]!)],
  ]);
  expect(JSON.parse(other)).toMatchObject({ decision: 'allow', reason: ['second'] });
});
