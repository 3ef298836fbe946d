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
  return folders.some((folder) => existsSync(join(folder, program))) || lacks(program, debianPackage);
}

/** The same for a file that a package brings, such as a library's header. */
export function requireFile(path: string, debianPackage: string): boolean {
  return existsSync(path) || lacks(path, debianPackage);
}

function lacks(what: string, debianPackage: string): false {
  const message = `${what} is missing: apt-get install ${debianPackage}`;
  if (process.env.KITEN_REQUIRE_TOOLS === '1') throw new Error(message);
  process.stderr.write(`skipped: ${message}\n`);
  return false;
}

/** Debian's own Python: it has the modules that Debian's packages bring. */
export const python = '/usr/bin/python3';

/** The same for a Python module. */
export function requirePythonModule(module: string, debianPackage: string): boolean {
  const found = spawnSync(python, ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0;
  return found || lacks(`the Python module ${module}`, debianPackage);
}
