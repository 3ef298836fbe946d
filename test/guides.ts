import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folders = ['docs/tutorial', 'docs/how-to'];

/** The documents that are executed from their first command to their last: their paths without `.md` or `.ja.md`. */
export const guides: readonly string[] = folders.flatMap((folder) =>
  readdirSync(fileURLToPath(new URL(`../${folder}`, import.meta.url)))
    .filter((name) => name.endsWith('.md') && !name.endsWith('.ja.md'))
    .sort()
    .map((name) => `${folder}/${name.slice(0, -'.md'.length)}`),
);
