import { existsSync } from 'node:fs';
import { copyFile, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodePem, equalBytes, parseCertificate } from '@kiten/codec';
import { issuerId, type RootSuccession } from '@kiten/identity';
import { certificateIn } from './certificate-files.ts';
import type { Layout } from './layout.ts';

/** The root that is in force, with its revocation list, and the one before it while devices may trust that. */
export interface Roots {
  /** DER. */
  readonly root: Uint8Array;
  /** PEM. */
  readonly list: string;
  readonly succession?: RootSuccession & { readonly list: string };
}

export async function loadRoots(layout: Layout): Promise<Roots> {
  const files = filesOf(layout);
  const root = await certificateIn(layout.caFile);
  if (!existsSync(files.previousRoot)) return { root, list: await readFile(files.list, 'utf8') };
  const [previousRoot, previousList] = [
    await certificateIn(files.previousRoot),
    await readFile(files.previousList, 'utf8'),
  ];
  // A crash came before the new root was in its place: it is as if nobody had asked for one.
  if (equalBytes(previousRoot, root)) return { root, list: previousList };
  const [newWithOld, oldWithNew] = [
    await certificateIn(files.newWithOld),
    await certificateIn(files.oldWithNew),
  ];
  return {
    root,
    list: await readFile(files.list, 'utf8'),
    succession: { previousRoot, newWithOld, oldWithNew, list: previousList },
  };
}

/** Puts a new root in force: it is when its file is in its place, which comes last. @param list PEM */
export async function succeedRoot(
  layout: Layout,
  { root, newWithOld, oldWithNew }: RootSuccession & { readonly root: Uint8Array },
  list: string,
): Promise<void> {
  const files = filesOf(layout);
  if (!existsSync(files.appointing)) await copyWhole(layout.caFile, files.appointing);
  // The list first: with the root of before in two places, its own list is the one kept here.
  await copyWhole(files.list, files.previousList);
  await replaceFile(files.newWithOld, encodePem('CERTIFICATE', newWithOld));
  await replaceFile(files.oldWithNew, encodePem('CERTIFICATE', oldWithNew));
  await copyWhole(layout.caFile, files.previousRoot);
  await replaceFile(files.list, list);
  await replaceFile(layout.caFile, encodePem('CERTIFICATE', root));
}

/** From here on the root of before counts no more; its certificate is kept under another name. */
export async function retirePreviousRoot(layout: Layout): Promise<void> {
  const files = filesOf(layout);
  const id = issuerId(parseCertificate(await certificateIn(files.previousRoot))).slice(0, 8);
  await rename(files.previousRoot, join(layout.certificates, `retired-root-${id}.pem`));
  for (const file of [files.previousList, files.newWithOld, files.oldWithNew])
    await rm(file, { force: true });
}

/** The root whose key appoints the verifier: the site's first, whichever is in force by now. @returns DER */
export async function appointingRoot(layout: Layout): Promise<Uint8Array> {
  const { appointing } = filesOf(layout);
  return certificateIn(existsSync(appointing) ? appointing : layout.caFile);
}

export const rootListFile = (layout: Layout): string => filesOf(layout).list;

function filesOf({ certificates }: Layout) {
  return {
    list: join(certificates, 'root.crl.pem'),
    previousRoot: join(certificates, 'previous-root.pem'),
    previousList: join(certificates, 'previous-root.crl.pem'),
    newWithOld: join(certificates, 'new-with-old.pem'),
    oldWithNew: join(certificates, 'old-with-new.pem'),
    appointing: join(certificates, 'appointing-root.pem'),
  };
}

/** Whole or not at all. */
export async function replaceFile(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { flush: true });
  await rename(`${file}.new`, file);
}

async function copyWhole(from: string, to: string): Promise<void> {
  await copyFile(from, `${to}.new`);
  await rename(`${to}.new`, to);
}
