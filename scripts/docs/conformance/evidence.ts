import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Standard } from './statements.ts';
import { type Tag, tagsIn } from './tags.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Where statements are fulfilled and shown: files by `standard id`, without folders and endings. */
export interface Evidence {
  readonly code: ReadonlyMap<string, readonly string[]>;
  readonly tests: ReadonlyMap<string, readonly string[]>;
  /** Every tag with its file, for who looks for those that name no statement. */
  readonly tags: readonly (Tag & { readonly file: string })[];
}

export const keyOf = ({ standard, id }: { standard: Standard; id: string }): string => `${standard} ${id}`;

/** Reads the tags of the packages that speak MQTT. */
export async function gatherEvidence(): Promise<Evidence> {
  const code = await tagged('packages/{wire,gateway}/src/**/*.ts');
  const tests = await tagged('packages/{wire,gateway}/test/**/*.ts');
  return { code: byStatement(code), tests: byStatement(tests), tags: [...code, ...tests] };
}

type Tagged = Tag & { readonly file: string };

async function tagged(pattern: string): Promise<readonly Tagged[]> {
  const files: string[] = [];
  for await (const file of glob(pattern, { cwd: root })) files.push(file);
  const found: Tagged[] = [];
  for (const file of files.sort()) {
    for (const tag of tagsIn(await readFile(join(root, file), 'utf8'))) found.push({ ...tag, file });
  }
  return found;
}

function byStatement(tags: readonly Tagged[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const tag of tags) {
    const files = found.get(keyOf(tag)) ?? [];
    if (!files.includes(tag.file)) files.push(tag.file);
    found.set(keyOf(tag), files);
  }
  return found;
}
