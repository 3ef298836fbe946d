import { expect } from 'vitest';
import { ecdsaSigner } from '../../packages/update/test/support/keys.ts';
import {
  day,
  encoded,
  type Holder,
  holder,
  type Json,
} from '../../packages/update/test/support/simulator.ts';
import { each, first, inDays, type Scenarios } from './scenario.ts';
import { Trial } from './trial.ts';

const everything = ['root', 'targets', 'snapshot', 'timestamp'];
/** A role of which something is wrong, and what is trusted of the others then. */
const unsigned = {
  root: { root: 1 },
  timestamp: { root: 2 },
  snapshot: { root: 2, timestamp: 2 },
  targets: { root: 2, snapshot: 2, timestamp: 2 },
};
const { timestamp: _, ...mismatched } = unsigned;
const firstRequests = ['root 2', 'timestamp', 'snapshot 1', 'targets 1'];

/** test_basic.py */
export const basic: Scenarios = {
  async test_basic_refresh_requests() {
    const trial = await Trial.start();
    expect(await trial.refresh()).toBe(0);
    expect(trial.asked()).toEqual(firstRequests);
  },

  async test_basic_refresh_trusted_data() {
    const trial = await Trial.start();
    expect(await trial.refresh()).toBe(0);
    expect(await trial.trusted()).toEqual(first);
    for (const role of everything) {
      expect(await trial.bytes(role)).toEqual(trial.repository.file(`metadata/${role}.json`));
    }
  },

  async test_implicit_refresh() {
    const trial = await Trial.start();
    expect(await trial.download('nonexistent artifact')).toBe(1);
    expect(trial.asked()).toEqual(firstRequests);
    expect(await trial.trusted()).toEqual(first);
  },

  async test_invalid_initial_root() {
    const trial = await Trial.start({ initialised: false });
    const root = structuredClone(trial.repository.sign('root'));
    root.signed.version = undefined;
    expect(await trial.initialise(encoded(root))).toBe(1);
    expect(await trial.refresh()).toBe(1);
    expect(trial.asked()).toEqual([]);
  },

  async test_unsigned_initial_root() {
    const trial = await Trial.start({ initialised: false });
    const root = trial.repository.sign('root');
    root.signatures[0].sig = '00'.repeat(64);
    expect(await trial.initialise(encoded(root))).toBe(1);
    expect(await trial.refresh()).toBe(1);
    expect(trial.asked()).toEqual([]);
  },

  ...each('test_unsigned_metadata', unsigned, async (trusted, role) => {
    const trial = await Trial.start();
    trial.repository.holders[role] = [];
    trial.repository.publish('root', 'targets', 'snapshot', 'timestamp');
    expect(await trial.refresh()).toBe(1);
    expect(await trial.trusted()).toEqual(trusted);
  }),

  ...each('test_url_and_metadata_version_mismatch', mismatched, async (trusted, role) => {
    const trial = await Trial.start();
    const { repository } = trial;
    repository.publish('root', 'targets', 'snapshot', 'timestamp');
    repository.said[role]!.version = 3;
    repository.serve(role, repository.sign(role), 2);
    expect(await trial.refresh()).toBe(1);
    expect(await trial.trusted()).toEqual(trusted);
  }),

  async test_timestamp_content_changes() {
    const trial = await Trial.start();
    expect(await trial.refresh()).toBe(0);
    const { repository } = trial;
    repository.timestamp.meta['snapshot.json'].version = 100;
    repository.serve('timestamp', repository.sign('timestamp'));
    expect(await trial.refresh()).toBe(0);
    expect(trial.asked().at(-1)).toBe('timestamp');
    const kept = JSON.parse(Buffer.from(await trial.bytes('timestamp')).toString());
    expect(kept.signed.meta['snapshot.json'].version).toBe(1);
  },

  async test_basic_metadata_hash_support() {
    const trial = await Trial.start();
    const { repository } = trial;
    repository.describes = true;
    repository.publishTargets('targets');
    expect(await trial.refresh()).toBe(0);
    repository.publish('targets');
    repository.snapshot.meta['targets.json'].hashes.sha256 = '46'.repeat(32);
    repository.publish('snapshot', 'timestamp');
    expect(await trial.refresh()).toBe(1);
    expect(await trial.trusted()).toMatchObject({ snapshot: 3, targets: 2 });
  },

  async test_metadata_bytes_match() {
    const trial = await Trial.start();
    const bytes = Buffer.concat([trial.repository.file('metadata/timestamp.json'), Buffer.from(' ')]);
    trial.repository.files.set('metadata/timestamp.json', bytes);
    expect(await trial.refresh()).toBe(0);
    expect(await trial.bytes('timestamp')).toEqual(bytes);
  },

  async test_custom_fields() {
    const trial = await Trial.start();
    expect(await trial.refresh()).toBe(0);
    const { repository } = trial;
    const more = holder(ecdsaSigner(), { 'extra-field': { a: 1, b: 2 } });
    repository.root['custom-field'] = 'value';
    repository.entrust('root', ...repository.holders.root!, more);
    repository.root.roles.root['another-field'] = 'value';
    repository.publish('root');
    expect(await trial.refresh()).toBe(0);
    expect((await trial.trusted()).root).toBe(2);
  },

  /** As the suite had it before: the id is that of the key without what was added. */
  async 'test_custom_fields[key id of the three members]'() {
    const trial = await Trial.start();
    const { repository } = trial;
    const [{ keyId }] = repository.holders.root as [Holder];
    repository.root.keys[keyId]['extra-field'] = { a: 1, b: 2 };
    repository.publish('root');
    expect(await trial.refresh()).toBe(0);
    expect((await trial.trusted()).root).toBe(2);
  },

  async test_deprecated_keyid_hash_algorithms() {
    const trial = await Trial.start();
    const { repository } = trial;
    repository.entrust('snapshot', holder(ecdsaSigner(), { keyid_hash_algorithms: 'md5' }));
    repository.publish('root', 'snapshot', 'timestamp');
    expect(await trial.refresh()).toBe(0);
    expect(await trial.trusted()).toMatchObject({ root: 2, snapshot: 2 });
  },

  async test_snapshot_404() {
    const trial = await Trial.start();
    expect(await trial.refresh()).toBe(0);
    const { repository } = trial;
    repository.snapshot.version = 2;
    repository.publish('timestamp');
    expect(await trial.refresh()).toBe(1);
    expect(trial.asked().at(-1)).toBe('snapshot 2');
    expect(await trial.trusted()).toEqual({ ...first, timestamp: 2 });
  },

  async test_targets_404() {
    const trial = await Trial.start();
    expect(await trial.refresh()).toBe(0);
    trial.repository.snapshot.meta['targets.json'].version = 2;
    trial.repository.publish('snapshot', 'timestamp');
    expect(await trial.refresh()).toBe(1);
    expect(trial.asked().at(-1)).toBe('targets 2');
    expect(await trial.trusted()).toEqual({ ...first, snapshot: 2, timestamp: 2 });
  },

  async test_timestamp_404() {
    const trial = await Trial.start();
    expect(await trial.refresh()).toBe(0);
    trial.repository.files.delete('metadata/timestamp.json');
    expect(await trial.refresh()).toBe(1);
    expect(trial.asked().at(-1)).toBe('timestamp');
  },

  async test_incorrect_metadata_type() {
    const trial = await Trial.start();
    const { repository } = trial;
    const [both] = repository.holders.timestamp as [Holder];
    repository.entrust('snapshot', ...repository.holders.snapshot!, both);
    const snapshot: Json = { ...repository.snapshot, version: 2, meta: { 'snapshot.json': { version: 1 } } };
    repository.publish('root');
    repository.serve('timestamp', repository.sign('snapshot', snapshot));
    expect(await trial.refresh()).toBe(1);
    expect(await trial.trusted()).toEqual({ root: 2 });
  },

  async test_faketime() {
    const trial = await Trial.start();
    trial.repository.root.expires = inDays(7);
    trial.repository.publish('root');
    expect(await trial.refresh()).toBe(0);
    expect(await trial.refresh(Date.now() + 8 * day)).toBe(1);
  },
};
