import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { KitenError, toHex } from '@kiten/codec';
import { applyDelta, createDelta, inspectDelta, piecesOf, positionedFile } from '@kiten/update';
import type { Command } from 'commander';
import { byteProgress } from '../byte-progress.ts';
import { writePieces } from '../files.ts';
import { print, printJson } from '../output.ts';

/** `kiten update delta`: files described by what devices have already. */
export function deltaCommands(update: Command): void {
  const delta = update
    .command('delta')
    .description('describe a file by one that devices have already: only what differs is sent');

  delta
    .command('create <base> <target>')
    .description('make the delta that leads from one file to another')
    .requiredOption('--out <file>', 'where the delta goes')
    .option('--json', 'print JSON')
    .action(create);

  delta
    .command('apply <delta> <base>')
    .description('make the target; the base may be a block device. The file is there whole, or not at all')
    .requiredOption('--out <file>', 'where the target goes')
    .option('--json', 'print JSON')
    .action(apply);

  delta
    .command('inspect <delta>')
    .description('say what a delta leads from and to, and what it consists of')
    .option('--json', 'print JSON')
    .action(inspect);
}

interface OutOptions {
  readonly out: string;
  readonly json?: boolean;
}

async function create(base: string, target: string, { out, json }: OutOptions): Promise<void> {
  await using from = await opened(base);
  await using to = await opened(target);
  const [baseBytes, bytes] = [(await from.stat()).size, (await to.stat()).size];
  const progress = byteProgress(`describing ${target}`, bytes);
  const pieces = createDelta(
    { ...positionedFile(from), length: baseBytes },
    { ...positionedFile(to), length: bytes },
    { onProgress: progress.add },
  );
  const deltaBytes = await written(out, pieces);
  progress.end();
  if (json) return printJson({ delta: out, deltaBytes, base: baseBytes, target: bytes });
  return print(`${out}: ${deltaBytes} octets for ${bytes}`);
}

async function apply(delta: string, base: string, { out, json }: OutOptions): Promise<void> {
  await using from = await opened(base);
  await using by = await opened(delta);
  const { target } = await inspectDelta(all(by));
  const progress = byteProgress(`making ${out}`, target.length);
  await written(out, applyDelta(all(by), positionedFile(from)), progress.add);
  progress.end();
  if (json) return printJson({ file: out, length: target.length, sha256: toHex(target.sha256) });
  return print(`${out}: ${target.length} octets, SHA-256 ${toHex(target.sha256)}`);
}

async function inspect(file: string, { json }: { readonly json?: boolean }): Promise<void> {
  await using delta = await opened(file);
  const { base, target, streams, ...rest } = await inspectDelta(all(delta));
  const shown = ({ length, sha256 }: typeof base) => ({ length, sha256: toHex(sha256) });
  if (json) return printJson({ base: shown(base), target: shown(target), ...rest, streams });
  print(`base          ${base.length} octets, SHA-256 ${toHex(base.sha256)}`);
  print(`target        ${target.length} octets, SHA-256 ${toHex(target.sha256)}`);
  print(`sections      ${rest.sections} of ${rest.sectionBytes} octets, windows of ${rest.windowBytes}`);
  for (const [name, { packed, whole }] of Object.entries(streams))
    print(`${name.padEnd(13)} ${packed} octets, ${whole} decompressed`);
}

const all = (handle: FileHandle) => piecesOf(positionedFile(handle), Number.POSITIVE_INFINITY);

async function opened(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r');
  } catch (cause) {
    throw new KitenError('kiten/file-unreadable', `${file} cannot be read.`, { cause });
  }
}

/** Under its own name only when it is whole. @returns how many octets it has. */
async function written(
  file: string,
  pieces: AsyncIterable<Uint8Array>,
  add: (octets: number) => void = () => undefined,
): Promise<number> {
  const pending = `${file}.pending`;
  let length = 0;
  async function* counted() {
    for await (const piece of pieces) {
      length += piece.length;
      add(piece.length);
      yield piece;
    }
  }
  try {
    await writePieces(pending, counted());
    await rename(pending, file);
  } finally {
    await rm(pending, { force: true });
  }
  return length;
}
