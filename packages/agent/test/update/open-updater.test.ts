import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Host, openHost, parseConfiguration } from '../../src/index.ts';
import { openUpdates } from '../../src/update/open-updater.ts';

describe('updates that cannot be opened', () => {
  let folder: string;
  let host: Host;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'agent-open-'));
    const at = (name: string) => JSON.stringify(join(folder, name));
    await writeFile(join(folder, 'root.pem'), '');
    const configuration = `device = "pump-1"
site = "https://localhost:8443"
trust = ${at('root.pem')}
state = ${at('agent')}
[update]
hardware = "main-board"
state = ${at('updates')}
director-root = ${at('director.json')}
image-root = ${at('image.json')}
[update.directories]
directory = ${at('slots')}
`;
    host = await openHost(parseConfiguration(configuration, 'agent.toml'), {
      clock: { now: () => 0 },
      random: (length) => new Uint8Array(length),
      wait: async () => undefined,
      environment: {},
    });
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are nobody’s: whoever opens them again is told the same, not that they are in use', async () => {
    for (const _opening of ['first', 'second'])
      await expect(openUpdates(host)).rejects.toMatchObject({ code: 'agent/not-enrolled' });
  });
});
