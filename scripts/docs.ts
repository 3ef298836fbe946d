// Writes the documents below docs/ that come from the code. `test/docs.test.ts` fails while one is out of date.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { generatedDocuments } from './docs/documents.ts';

for (const { path, text } of await generatedDocuments()) {
  await writeFile(fileURLToPath(new URL(`../${path}`, import.meta.url)), text);
  console.log(path);
}
