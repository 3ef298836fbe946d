// What tuf-conformance asks of a client, test by test, of `kiten update tuf-client`: written anew, against a repository of
// our own on the loopback. With KITEN_LONG=1 each run of the client is a process, as in the suite.
import { describe, expect, it } from 'vitest';
import { day } from '../packages/update/test/support/simulator.ts';
import { readRepositoryFile } from './readme.ts';
import { requireTool } from './tools.ts';
import { basic } from './tuf-conformance/basic.ts';
import { delegations, quoting } from './tuf-conformance/delegations.ts';
import { delegatedExpiration, expiration } from './tuf-conformance/expiration.ts';
import { fileDownload } from './tuf-conformance/file-download.ts';
import { keyRotations } from './tuf-conformance/key-rotations.ts';
import { keys } from './tuf-conformance/keys.ts';
import { rollback } from './tuf-conformance/rollback.ts';
import { inDays, type Scenarios } from './tuf-conformance/scenario.ts';
import { serveTrials, Trial } from './tuf-conformance/trial.ts';

const suite: Readonly<Record<string, Scenarios>> = {
  'test_basic.py': basic,
  'test_delegated_expiration.py': delegatedExpiration,
  'test_expiration.py': expiration,
  'test_file_download.py': fileDownload,
  'test_keys.py': keys,
  'test_quoting_issues.py': quoting,
  'test_rollback.py': rollback,
  'test_updater_delegation_graphs.py': delegations,
  'test_updater_key_rotations.py': keyRotations,
};

serveTrials();

describe.each(Object.entries(suite))('%s', (_, scenarios) => {
  it.each(Object.entries(scenarios))('%s', (_name, scenario) => scenario());
});

describe('the client as a process', () => {
  it.skipIf(!requireTool('faketime', 'faketime'))('goes by a clock that faketime moves', async () => {
    const trial = await Trial.start({ asProcess: true });
    expect(await trial.refresh(Date.now() + 8 * day)).toBe(0);
    trial.repository.timestamp.expires = inDays(7);
    trial.repository.publish('timestamp');
    expect(await trial.refresh(Date.now() + 8 * day)).toBe(1);
    expect((await trial.trusted()).timestamp).toBe(1);
  });
});

describe('docs/tuf-conformance.md', () => {
  it('lists each test of the suite once, with as many cases as are tried', async () => {
    const rows = [
      ...(await readRepositoryFile('docs/tuf-conformance.md')).matchAll(/^\| `(\w+)` \| (\d+) \|/gm),
    ];
    const listed = rows.map(([, name, count]) => [name, Number(count)] as const);
    const tried = new Map<string, number>();
    for (const name of Object.values(suite).flatMap((scenarios) => Object.keys(scenarios))) {
      const test = name.replace(/\[.*$/, '');
      tried.set(test, (tried.get(test) ?? 0) + 1);
    }
    expect(listed.sort()).toEqual([...tried].sort());
  });
});
