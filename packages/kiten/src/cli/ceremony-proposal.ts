import { join } from 'node:path';
import { judgeSuccession } from '@kiten/update';
import { rootBefore, succession } from './ceremony-files.ts';
import { successionJson, tellSuccession } from './ceremony-output.ts';
import { readBytes } from './files.ts';
import { print, printJson } from './output.ts';

/** What waits, who has to sign it, and how. */
export async function tellProposal(directory: string, json: boolean | undefined): Promise<void> {
  const file = join(directory, 'staged', 'root.json');
  const found = judgeSuccession(await readBytes(file), await rootBefore(directory), succession);
  if (json) return printJson({ file, ...successionJson(found) });
  tellSuccession(found);
  print(`Carry ${file} to its holders. Each signs where their key is, holding it against their own copy:`);
  print(
    `  kiten update root sign root.json --trusted ${found.version - 1}.root.json --digest DIGEST --key KEY`,
  );
  print(`Then: kiten update root assemble ${directory} SIGNED…`);
  return undefined;
}
