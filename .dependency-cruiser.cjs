// The floor rule (CONTRIBUTING.md): a package imports only from floors below its own; neighbours never meet.
const floors = [
  ['codec'],
  ['wire', 'numerics'],
  ['trust'],
  ['policy', 'ledger', 'checker'],
  [
    'identity',
    'attestation',
    'gateway',
    'update',
    'measurement',
    'detection',
    'response',
    'supply',
    'hardware',
    'assurance',
  ],
  ['kiten', 'agent'],
  ['console'],
];
const inPackage = (names) => `(^|/)packages/(${names.join('|')})/`;
const below = (level) => floors.slice(0, level).flat();
const all = floors.flat();

const floorRules = floors.flatMap((names, level) =>
  names.map((name) => ({
    name: `floor-${name}`,
    comment: `${name} may import only from ${below(level).join(', ') || 'nothing'}`,
    severity: 'error',
    from: { path: inPackage([name]) },
    to: { path: inPackage(all.filter((other) => other !== name && !below(level).includes(other))) },
  })),
);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...floorRules,
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'browser-packages-stay-browser',
      comment: 'codec, trust and checker run unchanged in a browser',
      severity: 'error',
      from: { path: '(^|/)packages/(codec|trust|checker|console)/src/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'checker-stands-alone',
      comment: 'whoever believes the checker has to read it and codec, and nothing else',
      severity: 'error',
      from: { path: '(^|/)packages/checker/src/' },
      to: { pathNot: '(^|/)packages/(checker|codec)/src/' },
    },
    {
      name: 'through-the-index',
      comment: 'another package is used through its entry points only',
      severity: 'error',
      from: { path: '(^|/)packages/([^/]+)/src/' },
      to: {
        path: '(^|/)packages/([^/]+)/src/',
        pathNot: ['(^|/)packages/$2/', '/src/(index|cedar/index|policy/index)\\.ts$'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.cjs', '.json', '.css'],
    },
  },
};
