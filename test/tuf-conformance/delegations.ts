import { expect } from 'vitest';
import { each, type Scenarios } from './scenario.ts';
import { Trial } from './trial.ts';

/** `B>C` delegates everything; what follows says what else: a pattern, or `!` for a terminating delegation. */
type Graph = { readonly edges: string; readonly asked: string };

const graphs: Record<string, Graph> = {
  'basic-delegation': { edges: 'targets>A', asked: 'A' },
  'single-level-delegations': { edges: 'targets>A targets>B', asked: 'A B' },
  'two-level-delegations': { edges: 'targets>A targets>B B>C', asked: 'A B C' },
  'two-level-test-DFS-order-of-traversal': { edges: 'targets>A targets>B A>C A>D', asked: 'A C D B' },
  'three-level-delegation-test-DFS-order-of-traversal': {
    ...{ edges: 'targets>A targets>B A>C C>D', asked: 'A C D B' },
  },
  'two-level-terminating-ignores-all-but-roles-descendants': {
    ...{ edges: 'targets>A targets>B A>C! A>D', asked: 'A C' },
  },
  'three-level-terminating-ignores-all-but-roles-descendants': {
    ...{ edges: 'targets>A targets>B A>C! C>D', asked: 'A C D' },
  },
  'two-level-ignores-all-branches-not-matching-paths': {
    ...{ edges: 'targets>A=*.py targets>B A>C', asked: 'B' },
  },
  'three-level-ignores-all-branches-not-matching-paths': {
    ...{ edges: 'targets>A targets>B A>C=*.py C>D', asked: 'A B' },
  },
  'cyclic-graph': { edges: 'targets>A targets>B B>C C>D D>B', asked: 'A B C D' },
  'two-roles-delegating-to-a-third': { edges: 'targets>A targets>B B>C A>C', asked: 'A C B' },
  'two-roles-delegating-to-a-third-different-paths': {
    ...{ edges: 'targets>A targets>B B>C A>C=*.py', asked: 'A B C' },
  },
};

const tree = 'targets>A=*.doc,*.md targets>B=releases/*/* B>C=releases/x/* B>D=releases/y/*.zip';
const files: readonly (readonly [role: string, path: string])[] = [
  ['targets', 'targetfile'],
  ['A', 'README.md'],
  ['C', 'releases/x/x_v1'],
  ['D', 'releases/y/y_v1.zip'],
  ['D', 'releases/z/z_v1.zip'],
];

const searches = {
  'no delegations': { path: 'targetfile', found: true, asked: '' },
  'targetpath matches wildcard': { path: 'README.md', found: true, asked: 'A' },
  'targetpath with separators x': { path: 'releases/x/x_v1', found: true, asked: 'B C' },
  'targetpath with separators y': { path: 'releases/y/y_v1.zip', found: true, asked: 'B D' },
  'targetpath is not delegated by all roles in the chain': {
    ...{ path: 'releases/z/z_v1.zip', found: false, asked: 'B' },
  },
};

/** The bin of each path is the beginning of its SHA-256, as TAP 15 has it. */
const bins = {
  'bin amount = 2, taget bin index 0': { bits: 1, path: 'boo', bin: 'bin-0' },
  'bin amount = 2, taget bin index 1': { bits: 1, path: 'too', bin: 'bin-1' },
  'bin amount = 4, taget bin index 0': { bits: 2, path: 'foo', bin: 'bin-0' },
  'bin amount = 4, taget bin index 1': { bits: 2, path: 'doo', bin: 'bin-1' },
  'bin amount = 4, taget bin index 2': { bits: 2, path: 'too', bin: 'bin-2' },
  'bin amount = 4, taget bin index 3': { bits: 2, path: 'bar', bin: 'bin-3' },
  'bin amount = 256, taget bin index fc': { bits: 8, path: 'bar', bin: 'bin-fc' },
};

/** test_updater_delegation_graphs.py */
export const delegations: Scenarios = {
  ...each('test_graph_traversal', graphs, async ({ edges, asked }) => {
    const trial = await delegating(edges);
    expect(await trial.download('missingpath')).toBe(1);
    expect(delegatesAsked(trial)).toEqual(asked.split(' '));
  }),

  ...each('test_targetfile_search', searches, async ({ path, found, asked }) => {
    const trial = await delegating(tree, files);
    expect(await trial.download(path)).toBe(found ? 0 : 1);
    expect(await trial.downloaded()).toEqual(found ? [path] : []);
    expect(delegatesAsked(trial)).toEqual(asked.split(' ').filter(Boolean));
  }),

  /** From python-tuf’s own tests: bins instead of named roles. */
  ...each('test_succinct_roles_graph_traversal', bins, async ({ bits, path, bin }) => {
    const trial = await Trial.start();
    const { repository } = trial;
    const { keyId, key } = repository.holders.targets![0]!;
    const said = { keyids: [keyId], threshold: 1, bit_length: bits, name_prefix: 'bin' };
    repository.targets.delegations = { keys: { [keyId]: key }, succinct_roles: said };
    repository.said[bin] = { ...repository.targets, version: 0, targets: {}, delegations: undefined };
    repository.holders[bin] = repository.holders.targets!;
    repository.publishTargets(bin, 'targets');
    expect(await trial.download(path)).toBe(1);
    expect(delegatesAsked(trial)).toEqual([bin]);
  }),
};

/** test_quoting_issues.py */
export const quoting: Scenarios = each(
  'test_unusual_role_name',
  { '?': '%3F', '#': '%23', '/delegatedrole': '%2Fdelegatedrole', '../delegatedrole': '..%2Fdelegatedrole' },
  async (quoted, role) => {
    const trial = await Trial.start();
    trial.repository.delegate('targets', role);
    trial.repository.publishTargets(role, 'targets');
    expect(await trial.download('nonexistent target')).toBe(1);
    expect(trial.asked()).toContain(`${quoted} 1`);
    expect(Object.keys(await trial.trusted())).toHaveLength(5);
  },
);

async function delegating(edges: string, targets: typeof files = []): Promise<Trial> {
  const trial = await Trial.start();
  const { repository } = trial;
  const roles = new Set(['targets']);
  for (const edge of edges.split(' ')) {
    const [, from = '', to = '', ends, patterns = '*'] = /^(\w+)>(\w)(!?)(?:=(.+))?$/.exec(edge) ?? [];
    repository.delegate(from, to, { paths: patterns.split(','), terminating: ends === '!' });
    roles.add(to);
  }
  for (const [role, path] of targets) repository.addTarget(role, path, path);
  repository.publishTargets(...roles);
  return trial;
}

/** The delegated roles that were asked for, each in its first version. */
function delegatesAsked(trial: Trial): string[] {
  const asked = trial.asked().slice(4);
  expect(asked.every((request) => request.endsWith(' 1'))).toBe(true);
  return asked.map((request) => request.slice(0, -2));
}
