// Makes or applies a delta, in a process of its own so that its memory can be told: create|apply BASE FILE OUT.
import { open, writeFile } from 'node:fs/promises';
import { applyDelta, createDelta, piecesOf, positionedFile } from '@kiten/update';

const [work, base = '', file = '', out = ''] = process.argv.slice(2);
const [from, by] = [await open(base), await open(file)];
const sized = async (handle: typeof from) => ({
  ...positionedFile(handle),
  length: (await handle.stat()).size,
});
const delta = () => piecesOf(positionedFile(by), Number.POSITIVE_INFINITY);
await writeFile(
  out,
  work === 'create'
    ? createDelta(await sized(from), await sized(by))
    : applyDelta(delta(), positionedFile(from)),
);
