// Two clients on one directory would write over what the other has just come to trust.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FetchFile } from '../../../src/index.ts';
import { codeOf, settledClient } from '../../support/fixture.ts';

/** A process that holds the lock until it is killed. */
const holder = `
const { DatabaseSync } = require('node:sqlite');
const database = new DatabaseSync(process.argv[1]);
database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
console.log('held');
setInterval(() => database, 1000);
`;

describe('a directory of a client', () => {
  it('is refused to a second one while the first is at work, and is free after', async () => {
    const fixture = await settledClient();
    fixture.repository.publish('timestamp');
    const { promise: reached, resolve: isReached } = Promise.withResolvers<void>();
    const { promise: may, resolve: goOn } = Promise.withResolvers<void>();
    const slow: FetchFile = async (url, signal) => {
      isReached();
      await may;
      return fixture.repository.fetch(url, signal);
    };
    fixture.options = { fetch: slow };
    const first = fixture.refresh();
    await reached;
    fixture.options = {};
    await fixture.refuses(() => fixture.refresh(), 'update/client-busy');
    await fixture.refuses(() => fixture.client().find('pump/firmware.bin'), 'update/client-busy');
    goOn();
    expect(await first).toMatchObject({ timestamp: 3 });
    expect(await fixture.refresh()).toMatchObject({ timestamp: 3 });
  });

  it('is locked between processes, and not by one that was killed', async () => {
    const fixture = await settledClient();
    const other = spawn(process.execPath, ['-e', holder, join(fixture.metadata, '.lock')]);
    await once(other.stdout, 'data');
    expect(await codeOf(fixture.refresh())).toMatchObject({ code: 'update/client-busy' });
    other.kill('SIGKILL');
    await once(other, 'close');
    expect(await fixture.refresh()).toMatchObject({ root: 1 });
  });
});
