import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { each, type Scenarios } from './scenario.ts';
import { Trial } from './trial.ts';

const path = 'target_file.txt';
const contents = 'target file contents';

/** test_file_download.py */
export const fileDownload: Scenarios = {
  async test_client_downloads_expected_file() {
    const trial = await offering({ [path]: contents });
    expect(await trial.refresh()).toBe(0);
    expect(await trial.downloaded()).toEqual([]);
    expect(await trial.download(path)).toBe(0);
    expect(await trial.downloaded()).toEqual([contents]);
  },

  async test_client_downloads_expected_file_in_sub_dir() {
    const trial = await offering({ 'path/to/a/target_file.txt': contents });
    expect(await trial.download('path/to/a/target_file.txt')).toBe(0);
    expect(await trial.downloaded()).toEqual([contents]);
    expect(trial.askedTargets()).toEqual([`targets/path/to/a/${sha('sha256', contents)}.target_file.txt`]);
  },

  async test_repository_substitutes_target_file() {
    const trial = await offering({ [path]: contents, 'another_target_file.txt': 'content' });
    expect(await trial.download(path)).toBe(0);
    substitute(trial, path, contents);
    substitute(trial, 'another_target_file.txt', 'content');
    await trial.download(path);
    expect(await trial.downloaded()).toEqual([contents]);
    expect(await trial.download('another_target_file.txt')).toBe(1);
    expect(await trial.downloaded()).toEqual([contents]);
  },

  async test_multiple_changes_to_target() {
    const trial = await offering({ [path]: contents });
    expect(await trial.download(path)).toBe(0);
    const others: string[] = [];
    for (let round = 0; round < 11; round += 1) {
      const [changed, added] = [`modified file contents ${round}`, `new file contents ${round}`];
      trial.repository.addTarget('targets', path, changed);
      trial.repository.addTarget('targets', `new-target-${round}`, added);
      trial.repository.publishTargets('targets');
      // The client sees every fifth of them.
      if (round % 5 !== 0) continue;
      expect(await trial.download(path)).toBe(0);
      expect(await trial.downloaded()).toEqual([...others, changed]);
      others.push(added);
      expect(await trial.download(`new-target-${round}`)).toBe(0);
      const held = (await trial.downloaded()).sort();
      expect(held).toEqual([...others, changed].sort());
      substitute(trial, path, changed);
      trial.repository.publishTargets('targets');
      await trial.download(path);
      expect((await trial.downloaded()).sort()).toEqual(held);
    }
  },

  ...each(
    'test_download_with_hash_algorithms',
    { hashes0: ['sha256'], hashes1: ['sha512'], hashes2: ['sha256', 'sha512'] },
    async (names) => {
      const trial = await offeringUnder(Object.fromEntries(names.map((name) => [name, sha(name, contents)])));
      expect(await trial.download(path)).toBe(0);
      expect(await trial.downloaded()).toEqual([contents]);
      expect(names.map((name) => `targets/${sha(name, contents)}.${path}`)).toContain(
        trial.askedTargets().join(),
      );
    },
  ),

  async test_download_with_unknown_hash_algorithm() {
    const trial = await offeringUnder({ 'unknown-hash': sha('sha512', contents) });
    expect(await trial.download(path)).toBe(1);
    expect(await trial.downloaded()).toEqual([]);
  },

  async test_artifact_cache() {
    const trial = await offering({ [path]: contents });
    expect(await trial.download(path)).toBe(0);
    expect(await trial.download(path)).toBe(0);
    expect(trial.askedTargets()).toHaveLength(1);
  },
};

async function offering(files: Readonly<Record<string, string>>): Promise<Trial> {
  const trial = await Trial.start();
  for (const [name, content] of Object.entries(files)) trial.repository.addTarget('targets', name, content);
  trial.repository.publishTargets('targets');
  return trial;
}

async function offeringUnder(hashes: Readonly<Record<string, string>>): Promise<Trial> {
  const trial = await offering({});
  trial.repository.targets.targets[path] = { length: contents.length, hashes };
  for (const hash of Object.values(hashes)) {
    trial.repository.files.set(`targets/${hash}.${path}`, Buffer.from(contents));
  }
  trial.repository.publishTargets('targets');
  return trial;
}

/** Other bytes under every name of a target, of the right length. */
function substitute({ repository }: Trial, name: string, content: string): void {
  const other = Buffer.from('x'.repeat(content.length));
  for (const file of repository.files.keys()) {
    if (file.startsWith('targets/') && file.endsWith(name)) repository.files.set(file, other);
  }
}

const sha = (name: string, content: string): string => createHash(name).update(content).digest('hex');
