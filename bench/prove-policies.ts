/**
 * What it costs to prove 20 invariants of 500 policies, for all requests: from nothing, and again after one policy has
 * changed, without parsing; and to check the certificate, reading of policies, schema and invariants included, beside
 * proving with the same reading of the same JSON included: both in a process that has done both often, in pairs whose
 * order alternates, and both in processes of their own. CPU time, median of rounds.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { toBase64 } from '@kiten/codec';
import { compilePolicies, defaultPolicies, defaultSchema, exactJsonText, PolicyProver } from '@kiten/policy';
import { parsePolicies, readSchemaModel, resolveSchema } from '@kiten/policy/cedar';
import { cpuSeconds, median, print } from './figure.ts';
import { readAndCheck, readAndProve } from './support/prove-and-check.ts';

const rounds = 15;
/** Rounds before those that count, until both are compiled. */
const warming = 15;
const alone = fileURLToPath(new URL('support/prove-and-check.ts', import.meta.url));
const count = 500;

/** Policies such as sites add: bound to groups, to devices, to topics, to claims; every fifth forbids. */
function policy(index: number): string {
  switch (index % 5) {
    case 0:
      return `permit (principal is Device in Group::"line-${index}", action == Action::"publish", resource is Topic) when { resource.path like "line/${index}/*" && principal.tier.hardware == "affirming" };`;
    case 1:
      return `permit (principal == Device::"gate-${index}", action in [Action::"publish", Action::"subscribe"], resource is Topic) when { principal.vector.hardware < ${index % 32} && resource.path like "gate/${index}/*" };`;
    case 2:
      return `permit (principal is Device, action in [Action::"subscribe", Action::"receive"], resource is Topic) when { resource.path like "d/*/line-${index}/sensor-*" && principal.tier.executables == "affirming" };`;
    case 3:
      return `permit (principal is Device in Group::"cell-${index}", action == Action::"publish", resource is Topic) when { resource.path like "cell/${index}/*/set" && resource has owner && resource.owner in Group::"cell-${index}" };`;
    default:
      return `forbid (principal is Device in Group::"site-${index}", action, resource) when { context has retain && context.retain };`;
  }
}

const claims = [
  'instanceIdentity',
  'configuration',
  'executables',
  'fileSystem',
  'hardware',
  'runtimeOpaque',
  'storageOpaque',
];

const publish = 'principal is Device, action == Action::"publish", resource is Topic';
const device = 'principal is Device, action, resource';

const invariants = [
  ...claims.map(
    (claim) =>
      `forbid (${publish}) when { principal.tier.${claim} == "contraindicated" && resource.path like "*" };`,
  ),
  `forbid (${publish}) when { principal.tier.sourcedData == "contraindicated" && !(principal has ownSourcedData) };`,
  `forbid (${publish}) when { resource.path like "c/*" && resource.space == "c" && !(principal in Group::"controllers") };`,
  `forbid (${publish}) when { resource.path like "$SYS/*" && resource.space == "$SYS" };`,
  `forbid (${publish}) when { resource.path like "d/*" && !(resource has owner && resource.owner == principal) };`,
  `forbid (${publish}) when { resource.path like "line/*" && resource.space == "line" && principal.tier.hardware != "affirming" };`,
  `forbid (${publish}) when { resource.path like "gate/*" && resource.space == "gate" && principal.vector.hardware > 40 };`,
  `forbid (${publish}) when { resource.path like "cell/*" && !(resource has owner) };`,
  `forbid (${device}) when { principal has standing && principal.standing == "quarantined" && !(action in [Action::"connect", Action::"attest", Action::"update"]) };`,
  `forbid (${device}) unless { principal has standing && principal.standing != "revoked" };`,
  'forbid (principal is Device, action == Action::"receive", resource is Topic) when { context has publisher && !(context.publisher has standing) };',
  'forbid (principal is Device, action == Action::"subscribe", resource is Topic) when { resource.path == "" && resource.space == "" };',
  'forbid (principal is Operator, action == Action::"administer", resource) unless { principal in Role::"administrator" };',
  'forbid (principal is Device, action == Action::"publish", resource is Topic) when { resource.path like "line/17?/*" && principal.standing != "admitted" };',
].map((text, index) => `@id("i${index}") ${text}`);

function policies(changed?: number): string {
  const own = Array.from({ length: count }, (_, index) =>
    index === changed ? policy(index).replace('when {', 'when { principal has standing &&') : policy(index),
  );
  const named = own.map((text, index) => `@id("p${index}") ${text}`);
  const defaults = defaultPolicies.split(/(?=^@id)/m);
  return [...defaults, ...named.slice(defaults.length)].join('\n');
}

const schema = readSchemaModel(defaultSchema);
const wantedJson = parsePolicies(invariants.join('\n'));
const wanted = compilePolicies(wantedJson);
const compiled = (changed?: number) => compilePolicies(parsePolicies(policies(changed)));
const [first, edited] = [
  compiled(),
  Array.from({ length: warming + rounds }, (_, index) => compiled(100 + index)),
];

const given = {
  policies: exactJsonText(parsePolicies(policies())),
  schema: exactJsonText(resolveSchema(defaultSchema)),
  invariants: exactJsonText(wantedJson),
};

function proveAll(prover: PolicyProver, set: ReturnType<typeof compiled>): Uint8Array {
  const { outcomes, certificate } = prover.prove(set, wanted);
  const open = outcomes.filter(({ result }) => result !== 'proved');
  if (open.length > 0)
    throw new Error(`Not proved: ${open.map(({ id, result }) => `${id} ${result}`).join()}`);
  return certificate!;
}

/** What one of the two costs in a process that does nothing else. */
function inProcess(work: 'prove' | 'check', certificate: Uint8Array): number {
  const input = JSON.stringify({ given, certificate: toBase64(certificate) });
  const { stdout, status } = spawnSync(process.execPath, [alone, work], { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`A process that was to ${work} ended with ${status}.`);
  return Number(stdout);
}

const certificate = readAndProve(given);
const costs: Record<'whole' | 'again' | 'prove' | 'check' | 'proveAlone' | 'checkAlone', number[]> = {
  ...{ whole: [], again: [], prove: [], check: [], proveAlone: [], checkAlone: [] },
};
for (let round = -warming; round < rounds; round++) {
  const prover = new PolicyProver(schema);
  const whole = await cpuSeconds(() => proveAll(prover, first));
  const again = await cpuSeconds(() => proveAll(prover, edited[round + warming]!));
  const measured = { prove: 0, check: 0, proveAlone: 0, checkAlone: 0 };
  const both = ['prove', 'check'] as const;
  for (const work of round % 2 === 0 ? both : both.toReversed()) {
    const act = work === 'prove' ? () => readAndProve(given) : () => readAndCheck(given, certificate);
    measured[work] = await cpuSeconds(act);
    if (round >= 0) measured[`${work}Alone`] = inProcess(work, certificate);
  }
  if (round < 0) continue;
  for (const [name, cost] of Object.entries({ whole, again, ...measured }))
    costs[name as keyof typeof costs].push(cost);
}
print({
  figure: `prove ${invariants.length} invariants of ${first.size} policies`,
  value: median(costs.whole),
  unit: 's',
  floor: 4,
  goal: 1,
  rounds,
});
print({
  figure: 'prove them again after one edit',
  value: median(costs.again),
  unit: 's',
  floor: 0.5,
  goal: 0.1,
  rounds,
});
const pairs = [
  ['in a process that has done both often', costs.check, costs.prove],
  ['each in a process of its own', costs.checkAlone, costs.proveAlone],
] as const;
for (const [where, checked, proved] of pairs)
  print({
    figure: `read all and check the certificate, beside reading all and proving: ${where}`,
    value: median(checked),
    unit: 's',
    peer: median(proved),
    floor: median(proved),
    goal: median(proved) / 2,
    rounds,
  });
