// Who signs, with what, and how that changes from one root to the next (TUF §5.3.4).
import { describe, expect, it } from 'vitest';
import { codeOf, newClient, settledClient } from '../../support/fixture.ts';
import { ecdsaSigner, ed25519Signer, rsaSigner } from '../../support/keys.ts';
import { holder, Simulator } from '../../support/simulator.ts';

describe('signatures', () => {
  it.each([
    ['ed25519', ed25519Signer],
    ['ecdsa-sha2-nistp256', () => ecdsaSigner()],
    ['ecdsa-sha2-nistp384', () => ecdsaSigner('P-384')],
    ['rsassa-pss-sha256', () => rsaSigner()],
    ['rsa-pkcs1v15-sha256', () => rsaSigner('RS256')],
  ])('by %s hold, and do not when they are changed', async (scheme, newSigner) => {
    const fixture = await settledClient();
    const { repository } = fixture;
    const added = holder(newSigner());
    expect(added.key.scheme).toBe(scheme);
    repository.entrust('root', ...repository.holders.root!, added);
    repository.root.roles.root.threshold = 2;
    repository.publish('root');
    expect(await fixture.refresh()).toMatchObject({ root: 2 });
    repository.root.version += 1;
    const file = repository.sign('root');
    file.signatures[1].sig = file.signatures[1].sig.replace(/.$/, (digit: string) =>
      digit === '0' ? '1' : '0',
    );
    repository.serve('root', file);
    await fixture.refuses(() => fixture.refresh(), 'update/root-not-vouched-for');
  });

  it('by an RSA key of less than 2048 bits count for nothing', async () => {
    const fixture = await settledClient();
    fixture.repository.entrust('timestamp', holder(rsaSigner('PS256', 1024)));
    fixture.repository.publish('root', 'timestamp');
    expect(await codeOf(fixture.refresh())).toMatchObject({ code: 'update/unsigned' });
  });

  it('by a key of a kind that is not known count for nothing, and spoil nothing', async () => {
    const fixture = await settledClient();
    const { repository } = fixture;
    const odd = holder(ed25519Signer(), { keytype: 'quantum', scheme: 'quantum-1' });
    repository.entrust('timestamp', ...repository.holders.timestamp!, odd);
    repository.publish('root', 'timestamp');
    expect(await fixture.refresh()).toMatchObject({ root: 2, timestamp: 3 });
  });
});

describe('the keys of the root', () => {
  const keys = Array.from({ length: 8 }, () => holder());
  const rotation = (role: string, steps: readonly (readonly [number[], number, number[]])[]) => {
    const repository = new Simulator();
    repository.root.version = 0;
    for (const [listed, threshold, signing] of steps) {
      repository.entrust(role, ...listed.map((index) => keys[index]!));
      repository.root.roles[role].threshold = threshold;
      if (role === 'root') repository.holders.root = signing.map((index) => keys[index]!);
      repository.publish('root');
    }
    return repository;
  };

  it.each<[string, [number[], number, number[]][]]>([
    [
      'one for another',
      [
        [[1], 1, [1]],
        [[2], 1, [2, 1]],
        [[2], 1, [2]],
      ],
    ],
    [
      'one for another, others signing too',
      [
        [[1], 1, [3, 1]],
        [[2], 1, [3, 2, 1, 4]],
        [[2], 1, [2, 4]],
      ],
    ],
    [
      'all of five',
      [
        [[0, 1, 2], 2, [0, 1]],
        [[4, 5, 6], 2, [0, 2, 4, 6]],
        [[4, 5, 6], 2, [5, 6]],
      ],
    ],
    [
      'more of them',
      [
        [[1, 2, 3], 1, [1]],
        [[1, 2, 3], 2, [1, 2]],
      ],
    ],
    [
      'fewer of them',
      [
        [[1, 2, 3], 2, [1, 2]],
        [[1, 2, 3], 1, [1, 2]],
        [[1, 2, 3], 1, [3]],
      ],
    ],
  ])('are rotated: %s', async (_, steps) => {
    const fixture = await newClient(rotation('root', steps));
    expect(await fixture.refresh()).toMatchObject({ root: steps.length });
  });

  it.each<[string, [number[], number, number[]][], string]>([
    [
      'the old ones did not sign',
      [
        [[1], 1, [1]],
        [[2], 1, [2, 3]],
      ],
      'update/root-not-vouched-for',
    ],
    [
      'the new ones did not sign',
      [
        [[1], 1, [1]],
        [[2], 1, [1, 3]],
      ],
      'update/root-not-self-signed',
    ],
    [
      'too few of the old',
      [
        [[0, 1, 2], 2, [0, 1]],
        [[0, 4, 5], 2, [0, 4]],
      ],
      'update/root-not-vouched-for',
    ],
    [
      'too few of the new',
      [
        [[0, 1, 2], 2, [0, 1]],
        [[0, 4, 5], 2, [0, 1]],
      ],
      'update/root-not-self-signed',
    ],
    [
      'the old threshold is not met',
      [
        [[1, 2], 2, [1, 2]],
        [[1, 2], 1, [1]],
      ],
      'update/root-not-vouched-for',
    ],
    [
      'the new threshold is not met',
      [
        [[1, 2], 1, [1]],
        [[1, 2], 2, [2]],
      ],
      'update/root-not-self-signed',
    ],
  ])('are not: %s', async (_, steps, code) => {
    const fixture = await newClient(rotation('root', steps));
    await fixture.refuses(() => fixture.refresh(), code);
    expect(await fixture.kept('root')).toBe(1);
  });
});
