// An attack that a client has to withstand: refused with a code of its own, and neither what the client trusts nor what
// lies in its slot is written. Each has the number of its class in the list of the design.
import { describe, expect, it } from 'vitest';
import { codeOf, type Fixture, settledClient } from '../../support/fixture.ts';
import { ed25519Signer, rsaSigner } from '../../support/keys.ts';
import { day, holder, isoTime, type Json, now, signatureOf } from '../../support/simulator.ts';

/** Serves a forged timestamp, the first that a client looks at after the root. */
function forgeTimestamp(fixture: Fixture, forge: (file: Json) => Json): void {
  const { repository } = fixture;
  repository.publish('timestamp');
  repository.serve('timestamp', forge(repository.sign('timestamp')));
}

describe('1 arbitrary software', () => {
  it('unsigned', async () => {
    const fixture = await settledClient();
    forgeTimestamp(fixture, ({ signed }) => ({ signatures: [], signed }));
    await fixture.refuses(() => fixture.refresh(), 'update/unsigned');
  });

  it('signed by somebody else’s key', async () => {
    const fixture = await settledClient();
    forgeTimestamp(fixture, ({ signed }) => ({ signatures: [signatureOf(holder(), signed)], signed }));
    await fixture.refuses(() => fixture.refresh(), 'update/unsigned');
  });

  it('changed after it was signed', async () => {
    const fixture = await settledClient();
    forgeTimestamp(fixture, ({ signatures, signed }) => ({
      signatures,
      signed: { ...signed, expires: isoTime(now + 900 * day) },
    }));
    await fixture.refuses(() => fixture.refresh(), 'update/unsigned');
  });

  async function ofTwoKeys() {
    const fixture = await settledClient();
    const { repository } = fixture;
    repository.entrust('timestamp', holder(), holder());
    repository.root.roles.timestamp.threshold = 2;
    repository.publish('root', 'timestamp');
    await fixture.refresh();
    return fixture;
  }

  it('below the threshold', async () => {
    const fixture = await ofTwoKeys();
    forgeTimestamp(fixture, ({ signatures, signed }) => ({ signatures: signatures.slice(0, 1), signed }));
    const { detail } = await fixture.refuses(() => fixture.refresh(), 'update/threshold');
    expect(detail).toMatchObject({ role: 'timestamp', threshold: 2, signers: 1 });
  });

  it('the same key id twice', async () => {
    const fixture = await ofTwoKeys();
    forgeTimestamp(fixture, ({ signatures: [first], signed }) => ({ signatures: [first, first], signed }));
    await fixture.refuses(() => fixture.refresh(), 'update/signature-repeated');
  });

  it('the signature of one key under the id of the other', async () => {
    const fixture = await ofTwoKeys();
    forgeTimestamp(fixture, ({ signatures: [first, second], signed }) => ({
      signatures: [first, { ...second, sig: first.sig }],
      signed,
    }));
    await fixture.refuses(() => fixture.refresh(), 'update/key-counted-twice');
  });

  it('one key under two key ids, which counts once', async () => {
    const fixture = await settledClient();
    const { repository } = fixture;
    const signer = ed25519Signer();
    // Both ids are right, since what else is said of a key goes into its id.
    repository.entrust('timestamp', holder(signer), holder(signer, { owner: 'somebody else' }));
    repository.root.roles.timestamp.threshold = 2;
    repository.publish('root');
    await codeOf(fixture.refresh());
    expect(await fixture.kept('root')).toBe(2);
    repository.publish('timestamp');
    const { detail } = await fixture.refuses(() => fixture.refresh(), 'update/key-counted-twice');
    expect(detail).toMatchObject({ signers: 1 });
  });

  it('one key under two schemes, which counts once', async () => {
    const fixture = await settledClient();
    const { repository } = fixture;
    const pss = rsaSigner('PS256');
    repository.entrust('timestamp', holder(pss), holder(pss, { scheme: 'rsassa-pss-sha384' }));
    repository.root.roles.timestamp.threshold = 2;
    repository.publish('root');
    await codeOf(fixture.refresh());
    repository.publish('timestamp');
    await fixture.refuses(() => fixture.refresh(), 'update/threshold');
  });

  it('a key under the id of another', async () => {
    const fixture = await settledClient();
    const { repository } = fixture;
    repository.root.keys[repository.holders.timestamp![0]!.keyId] = holder().key;
    repository.publish('root');
    await fixture.refuses(() => fixture.refresh(), 'update/key-id-mismatch');
  });

  it('a role that names one key id twice', async () => {
    const fixture = await settledClient();
    const { keyids } = fixture.repository.root.roles.timestamp;
    fixture.repository.root.roles.timestamp = { keyids: [...keyids, ...keyids], threshold: 2 };
    fixture.repository.publish('root');
    await fixture.refuses(() => fixture.refresh(), 'update/key-id-repeated');
  });

  it.each([0, -1, 0.5, '1', null])('a threshold of %j', async (threshold) => {
    const fixture = await settledClient();
    fixture.repository.root.roles.timestamp.threshold = threshold;
    // Signed as a repository would that has no canonical form for fractions.
    const signed = fixture.repository.root;
    signed.version += 1;
    const signatures = [{ keyid: fixture.repository.holders.root![0]!.keyId, sig: '00' }];
    fixture.repository.serve('root', { signatures, signed });
    await fixture.refuses(() => fixture.refresh(), 'update/threshold-invalid');
  });

  it('metadata of another role, under the keys of this one', async () => {
    const fixture = await settledClient();
    const { repository } = fixture;
    repository.holders.timestamp = repository.holders.snapshot!;
    repository.entrust('timestamp', ...repository.holders.snapshot!);
    repository.publish('root', 'timestamp');
    await fixture.refresh();
    repository.serve('timestamp', repository.sign('snapshot'));
    await fixture.refuses(() => fixture.refresh(), 'update/metadata-type');
  });

  it('a target with other bytes, of the right length', async () => {
    const fixture = await settledClient();
    const { repository } = fixture;
    repository.addTarget('targets', 'pump/firmware.bin', 'release 2');
    repository.publishTargets('targets');
    await fixture.refresh();
    for (const name of repository.files.keys()) {
      if (name.startsWith('targets/')) repository.files.set(name, Buffer.from('malicious'));
    }
    await fixture.refuses(() => fixture.download('pump/firmware.bin'), 'update/target-mismatch');
  });

  it('a target cut short', async () => {
    const fixture = await settledClient();
    const { repository } = fixture;
    repository.addTarget('targets', 'pump/firmware.bin', 'release 22');
    repository.publishTargets('targets');
    await fixture.refresh();
    for (const [name, bytes] of repository.files) {
      if (name.startsWith('targets/')) repository.files.set(name, bytes.subarray(0, 5));
    }
    await fixture.refuses(() => fixture.download('pump/firmware.bin'), 'update/target-mismatch');
  });
});
