// What a log shows of a release or a decision, held against it by the command line alone.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeUtf8 } from '@kiten/codec';
import { cosignerKey, encodeTlogProof, encodeVerifierKey, verifierKey } from '@kiten/ledger';
import { encodeInclusion, type Logged } from '@kiten/update';
import { describe, expect, it } from 'vitest';
import { Simulator } from '../packages/update/test/support/simulator.ts';
import { entryOf, origin, TestLog } from '../packages/update/test/transparency/log.ts';
import { kiten } from './kiten.ts';
import { newFolder, refusal } from './outcomes.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/** A folder with a firmware and a Director’s targets metadata, both in a log that two of three witnesses saw just now. */
async function released() {
  const folder = await newFolder();
  const at = (name: string) => join(folder, name);
  const repository = new Simulator();
  const [firmware, targets] = [encodeUtf8('release 1'), repository.file('metadata/1.targets.json')];
  await writeFile(at('firmware.bin'), firmware);
  await writeFile(at('targets.json'), targets);
  await writeFile(at('root.json'), repository.file('metadata/1.root.json'));
  const release: Logged = {
    ...{ kind: 'release', target: 'pump/firmware.bin', length: firmware.length, sha256: sha256(firmware) },
  };
  const decision: Logged = { kind: 'decision', device: 'pump-1', version: 1, sha256: sha256(targets) };
  const log = new TestLog([entryOf(release), entryOf(decision)]);
  const key = encodeVerifierKey(verifierKey(origin, 'ed25519', log.signer.publicKey));
  const witnesses = log.witnesses.map((witness) => encodeVerifierKey(cosignerKey(witness)));
  const trust = ['--log-key', key, '--witness', ...witnesses];
  const answer = async (index: number, more: Parameters<TestLog['inclusion']>[1] = {}) => {
    const inclusion = log.inclusion(index, { checkpoint: log.cosigned(2, Date.now()), ...more });
    await writeFile(at('answer'), encodeInclusion(inclusion));
    return inclusion;
  };
  const verify = (file: string, ...args: string[]) =>
    kiten(['update', 'verify', at(file), '--inclusion', at('answer'), ...trust, ...args]);
  return { at, log, answer, verify };
}

describe('kiten update verify --inclusion', () => {
  it('shows where the log has a release, and who saw it there', async () => {
    const { answer, verify } = await released();
    await answer(0);
    const { code, stdout } = await verify(
      ...(['firmware.bin', '--as', 'pump/firmware.bin', '--quorum', '2'] as const),
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /firmware\.bin: update\/published 20.*\n {2}entry 0 of 2 entries of plant-7\.example\/log, seen by witness-1\.example and witness-2\.example\n$/,
    );
  });

  it('shows where it has a decision, which is verified under its root as well', async () => {
    const { at, answer, verify } = await released();
    await answer(1);
    const outcome = await verify(
      ...([
        'targets.json',
        '--device',
        'pump-1',
        '--quorum',
        '2',
        '--root',
        at('root.json'),
        '--json',
      ] as const),
    );
    expect(JSON.parse(outcome.stdout)).toMatchObject({
      ...{ type: 'targets', version: 1 },
      log: { index: 1, size: 2, witnesses: ['witness-1.example', 'witness-2.example'] },
    });
  });

  it('takes a proof of c2sp.org/tlog-proof with its entry', async () => {
    const { at, answer, verify } = await released();
    const { leaf, ...proof } = await answer(0);
    await writeFile(at('answer'), encodeTlogProof(proof));
    await writeFile(at('entry'), leaf);
    const options = ['--as', 'pump/firmware.bin', '--quorum', '2', '--json'];
    expect((await verify('firmware.bin', ...options, '--entry', at('entry'))).code).toBe(0);
    expect(refusal(await verify('firmware.bin', ...options))).toBe('kiten/option-missing');
  });

  it('refuses what the log does not show, each for its own reason', async () => {
    const { at, log, answer, verify } = await released();
    const refused = async (...args: string[]) =>
      refusal(await verify('firmware.bin', '--as', 'pump/firmware.bin', '--json', ...args));
    await answer(0);
    expect(await refused()).toBe('update/checkpoint-witnesses');
    await answer(1);
    expect(await refused('--quorum', '2')).toBe('update/inclusion-other');
    await answer(0, { checkpoint: log.cosigned(2, Date.now() - 7_200_000) });
    expect(await refused('--quorum', '2', '--maximum-age', '1h')).toBe('update/checkpoint-stale');
    const fork = new TestLog([new Uint8Array([1]), new Uint8Array([2])], log);
    await writeFile(at('before'), fork.checkpoint());
    await answer(0);
    expect(await refused('--quorum', '2', '--since', at('before'))).toBe('update/log-split-view');
    await writeFile(at('firmware.bin'), 'malicious');
    expect(await refused('--quorum', '2')).toBe('update/inclusion-other');
    expect(await readFile(at('firmware.bin'), 'utf8')).toBe('malicious');
  });

  it('asks whose log it is and who has to have seen it', async () => {
    const { at, answer } = await released();
    await answer(0);
    const bare = ['update', 'verify', at('firmware.bin'), '--inclusion', at('answer'), '--json'];
    for (const more of [[], ['--log-key', 'x']]) {
      expect(refusal(await kiten([...bare, '--as', 'pump/firmware.bin', ...more]))).toBe(
        'kiten/option-missing',
      );
    }
  });
});
