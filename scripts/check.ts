// Everything that is judged without running the program: format and lint, types, floors.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const steps: readonly { name: string; holds: () => boolean }[] = [
  { name: 'format and lint', holds: () => passes('node_modules/@biomejs/biome/bin/biome', 'check', '.') },
  { name: 'types', holds: () => passes('node_modules/typescript-compiler/bin/tsc', '-p', '.') },
  { name: 'floors', holds: () => floorsHold() },
];

for (const { name, holds } of steps) {
  if (!holds()) {
    console.error(`check failed: ${name}`);
    process.exit(1);
  }
  console.log(`ok  ${name}`);
}

function passes(program: string, ...args: string[]): boolean {
  return run(program, args).status === 0;
}

/** The planted violations show that the rules can fail, the module count that it looked at all. */
function floorsHold(): boolean {
  const tree = cruise('packages');
  const planted = cruise('test/planted');
  for (const violation of tree.violations)
    console.error(`${violation.rule.name}: ${violation.from} → ${violation.to}`);
  if (tree.modules < 50) console.error(`floors: only ${tree.modules} modules were seen`);
  const missed = ['floor-trust', 'checker-stands-alone'].filter(
    (name) => !planted.violations.some(({ rule }) => rule.name === name),
  );
  for (const name of missed) console.error(`floors: the planted violation of ${name} was not found`);
  return tree.violations.length === 0 && tree.modules >= 50 && missed.length === 0;
}

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
  readonly to: string;
}

function cruise(folder: string): { modules: number; violations: readonly Violation[] } {
  const program = 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs';
  const args = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', folder];
  const { stdout } = run(program, args, 'pipe');
  const { modules, summary } = JSON.parse(stdout) as {
    modules: unknown[];
    summary: { violations: Violation[] };
  };
  return { modules: modules.length, violations: summary.violations };
}

function run(program: string, args: readonly string[], stdout: 'inherit' | 'pipe' = 'inherit') {
  return spawnSync(process.execPath, [program, ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', stdout, 'inherit'],
  });
}
