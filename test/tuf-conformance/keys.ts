import { expect } from 'vitest';
import { ecdsaSigner, ed25519Signer, rsaSigner } from '../../packages/update/test/support/keys.ts';
import { holder, type Json } from '../../packages/update/test/support/simulator.ts';
import { each, type Scenarios } from './scenario.ts';
import { Trial } from './trial.ts';

/** test_keys.py */
export const keys: Scenarios = {
  async test_snapshot_does_not_meet_threshold() {
    const trial = await Trial.start();
    const { repository } = trial;
    repository.entrust('snapshot', holder(), holder(), holder());
    repository.root.roles.snapshot.threshold = 3;
    repository.publish('root', 'targets', 'snapshot', 'timestamp');
    expect(await trial.refresh()).toBe(0);
    repository.holders.snapshot!.pop();
    repository.publishTargets('targets');
    expect(await trial.refresh()).toBe(1);
    expect((await trial.trusted()).snapshot).toBe(2);
  },

  async test_snapshot_has_too_few_keys() {
    const trial = await Trial.start();
    const { repository } = trial;
    repository.entrust('snapshot', ...Array.from({ length: 5 }, () => holder()));
    repository.root.roles.snapshot.threshold = 6;
    repository.publish('root', 'snapshot', 'timestamp');
    expect(await trial.refresh()).toBe(1);
    expect(await trial.trusted()).toEqual({ root: 2, timestamp: 2 });
  },

  async test_duplicate_keys() {
    const trial = await Trial.start();
    const { repository } = trial;
    const [own, again] = [repository.holders.snapshot![0]!, holder()];
    repository.entrust('snapshot', own, again);
    repository.root.roles.snapshot.keyids.push(...Array(8).fill(again.keyId));
    repository.root.roles.snapshot.threshold = 6;
    repository.publish('root', 'snapshot', 'timestamp');
    const file = repository.sign('snapshot');
    file.signatures.push(...Array(8).fill(file.signatures[1]));
    repository.serve('snapshot', file);
    expect(await trial.refresh()).toBe(1);
    expect(await trial.trusted()).not.toHaveProperty('snapshot');
  },

  async test_duplicate_sig_keyids() {
    const trial = await Trial.start();
    const file = trial.repository.sign('snapshot');
    file.signatures.push(file.signatures[0]);
    trial.repository.serve('snapshot', file);
    expect(await trial.refresh()).toBe(1);
    expect(await trial.trusted()).toEqual({ root: 1, timestamp: 1 });
  },

  ...each(
    'test_keytype_and_scheme',
    {
      'rsa/rsassa-pss-sha256': () => rsaSigner(),
      'ecdsa/ecdsa-sha2-nistp256': () => ecdsaSigner(),
      'ed25519/ed25519': () => ed25519Signer(),
      // What the suite’s repository can make, and its tests don’t use.
      'rsa/rsa-pkcs1v15-sha256': () => rsaSigner('RS256'),
      'ecdsa/ecdsa-sha2-nistp384': () => ecdsaSigner('P-384'),
    },
    async (signer, kind) => {
      const trial = await Trial.start();
      const { repository } = trial;
      const more = holder(signer());
      expect(`${more.key.keytype}/${more.key.scheme}`).toBe(kind);
      repository.entrust('root', ...repository.holders.root!, more);
      repository.root.roles.root.threshold = 2;
      repository.publish('root');
      const signed = repository.sign('root');
      expect(await trial.refresh()).toBe(0);
      expect((await trial.trusted()).root).toBe(2);
      repository.publish('root');
      const next: Json = repository.sign('root');
      next.signatures[1].sig = signed.signatures[1].sig;
      repository.serve('root', next);
      expect(await trial.refresh()).toBe(1);
      expect((await trial.trusted()).root).toBe(2);
    },
  ),

  async test_invalid_sig_in_valid_metadata() {
    const trial = await Trial.start();
    const { repository } = trial;
    const plausible = repository.sign('timestamp').signatures[0].sig;
    repository.entrust('timestamp', ...repository.holders.timestamp!, holder());
    repository.publish('root');
    for (const sig of [plausible, '']) {
      repository.publish('timestamp');
      const file = repository.sign('timestamp');
      file.signatures[0].sig = sig;
      repository.serve('timestamp', file);
      expect(await trial.refresh()).toBe(0);
    }
    expect(await trial.trusted()).toMatchObject({ root: 2, timestamp: 3 });
  },

  /** Keys that are in the root alone sign nothing (the suite had this before). */
  async test_root_has_keys_but_not_snapshot() {
    const trial = await Trial.start();
    const { repository } = trial;
    expect(await trial.refresh()).toBe(0);
    const signing = [holder(), holder(), holder(), holder()];
    repository.entrust('snapshot', ...signing, holder());
    repository.holders.snapshot = signing;
    repository.root.roles.snapshot.threshold = 5;
    repository.publish('root', 'snapshot', 'timestamp');
    expect(await trial.refresh()).toBe(1);
    expect(await trial.trusted()).toMatchObject({ root: 2, timestamp: 2 });
    expect(await trial.trusted()).not.toHaveProperty('snapshot');
  },

  /** A key whose `keyid_hash_algorithms` was changed behind its id (the suite had this before). */
  async test_wrong_hashing_algorithm() {
    const trial = await Trial.start();
    const { repository } = trial;
    repository.root.keys[repository.holders.snapshot![0]!.keyId].keyid_hash_algorithms = ['md5'];
    repository.publish('root', 'snapshot', 'timestamp');
    expect(await trial.refresh()).toBe(0);
    expect(await trial.trusted()).toMatchObject({ root: 2, snapshot: 2 });
  },

  /** Nobody who is listed is spoilt by a key of a kind that isn’t known. */
  async 'test_keytype_and_scheme[unknown, and not needed]'() {
    const trial = await Trial.start();
    const { repository } = trial;
    const { keyId, key } = holder(ed25519Signer(), { keytype: 'hash-based', scheme: 'slh-dsa' });
    repository.root.keys[keyId] = key;
    repository.root.roles.timestamp.keyids.push(keyId);
    repository.publish('root');
    expect(await trial.refresh()).toBe(0);
    expect((await trial.trusted()).root).toBe(2);
  },
};
