import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const source = join(dirname(fileURLToPath(import.meta.url)), '../src');

/** Every module and package that a module imports as a value, directly or not. */
function imports(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  if (!existsSync(file)) return seen;
  const text = readFileSync(file, 'utf8');
  for (const pattern of [
    /^(?:import|export) (?!type ).*?from '([^']+)'/gms,
    /\b(?:require|await import)\('([^']+)'\)/g,
  ])
    for (const [, name = ''] of text.matchAll(pattern))
      imports(name.startsWith('.') ? resolve(dirname(file), name) : name, seen);
  return seen;
}

describe('the core entry', () => {
  it('loads neither the WebAssembly engine nor anything of Node, so that the gateway worker stays light', () => {
    const modules = [...imports(join(source, 'index.ts'))];
    expect(modules.length).toBeGreaterThan(30);
    expect(
      modules.filter(
        (name) => name.includes('/cedar/') || name.includes('cedar-wasm') || name.startsWith('node:'),
      ),
    ).toEqual([]);
    expect([...imports(join(source, 'cedar/index.ts'))]).toContain('@cedar-policy/cedar-wasm/nodejs');
  });
});
