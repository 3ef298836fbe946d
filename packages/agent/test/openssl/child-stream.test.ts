import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ChildStream } from '../../src/openssl/child-stream.ts';

/** What becomes of a write to a child that listens no more, and does this once it was written to. */
async function written(script: string): Promise<unknown> {
  const child = spawn('/bin/sh', ['-c', `exec 0<&-; echo deaf; read -r _ <&3; ${script}`], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  }) as ChildProcessWithoutNullStreams;
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (words: string) => {
    said += words;
  });
  const stream = new ChildStream(child, (code) => (code === 0 ? undefined : new Error(`${code}: ${said}`)));
  await once(stream, 'data');
  const failed = once(stream, 'error');
  stream.write('hello');
  (child.stdio[3] as Writable).end('\n');
  return (await failed)[0];
}

describe('what is written to a child that listens no more', () => {
  it('fails for the reason that the child gives when it ends', async () => {
    expect(await written('echo no such key >&2; exit 3')).toMatchObject({ message: '3: no such key\n' });
  });

  it('fails as it did, if the child sees no fault', async () => {
    expect(await written('exit 0')).toMatchObject({ syscall: 'write' });
  });
});
