import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Says whether a program of the operating system is here, for tests that speak to real peers.
 * A missing one is named with the package that brings it and the test counts as skipped;
 * with `KITEN_REQUIRE_TOOLS=1` (as in CI) it fails instead.
 */
export function requireTool(program: string, debianPackage: string): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter).concat('/usr/sbin');
  if (folders.some((folder) => existsSync(join(folder, program)))) return true;
  const message = `${program} is missing: apt-get install ${debianPackage}`;
  if (process.env.KITEN_REQUIRE_TOOLS === '1') throw new Error(message);
  process.stderr.write(`skipped: ${message}\n`);
  return false;
}

/** Debian's own Python: it has the modules that Debian's packages bring. */
export const python = '/usr/bin/python3';

/** The same for a Python module. */
export function requirePythonModule(module: string, debianPackage: string): boolean {
  const found = spawnSync(python, ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0;
  if (found) return true;
  const message = `the Python module ${module} is missing: apt-get install ${debianPackage}`;
  if (process.env.KITEN_REQUIRE_TOOLS === '1') throw new Error(message);
  process.stderr.write(`skipped: ${message}\n`);
  return false;
}
