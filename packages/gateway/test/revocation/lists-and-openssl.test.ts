import { authorityKeyIdentifierExtension, type Extension, writeDer } from '@kiten/codec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireTool } from '../../../../test/tools.ts';
import { authority, client, day, type Holder, holder, list, server } from '../support/certificates.ts';
import { type Case, Judge, takenByCommand } from './judgements.ts';

const [rootKey, issuingKey, otherKey] = [holder('Root'), holder('Issuing'), holder('Other')];
const root = authority(rootKey);
const issuing = authority(issuingKey, rootKey);
const other = authority(otherKey, rootKey);
const leaf = client(issuingKey);
const leafOfRoot = client(rootKey);
const judge = new Judge(server(issuingKey));
const hasOpenssl = requireTool('openssl', 'openssl');

beforeAll(() => judge.open());
afterAll(() => judge.close());

const critical = (oid: string, value = writeDer((writer) => writer.boolean(true))): Extension => ({
  oid,
  critical: true,
  value,
});
const issuingDistributionPoint = critical(
  '2.5.29.28',
  // onlyContainsUserCerts [1]
  Uint8Array.of(0x30, 0x03, 0x81, 0x01, 0xff),
);
/** One distribution point, http://x, with the reason keyCompromise. */
const partialPoint: Extension = {
  oid: '2.5.29.31',
  critical: false,
  value: Buffer.from('30143012a00ca00a8608687474703a2f2f7881020640', 'hex'),
};
const deltaOf = (number: number): Extension =>
  critical(
    '2.5.29.27',
    writeDer((writer) => writer.smallInteger(number)),
  );

/** What one authority may have published. */
const published: Readonly<Record<string, (by: Holder) => readonly string[]>> = {
  nothing: () => [],
  'a list': (by) => [list(by)],
  'a list that revokes all': (by) => [list(by, { revoked: [leaf, leafOfRoot, issuing, root] })],
  'a list that has ended': (by) => [list(by, { from: -2 * day, to: -day })],
  'a list that has ended and revokes all': (by) => [
    list(by, { from: -2 * day, to: -day, revoked: [leaf, leafOfRoot, issuing, root] }),
  ],
  'a list of tomorrow': (by) => [list(by, { from: day, to: 2 * day })],
  'a list that names no key': (by) => [list(by, { identifier: undefined })],
  'a list that names another key': (by) => [list(by, { identifier: otherKey.identifier })],
  'a list that another key has signed': (by) => [list(by, { signer: otherKey.signer })],
  'a list with something critical': (by) => [list(by, { extensions: [critical('1.2.3.4')] })],
  'a list for clients only': (by) => [list(by, { extensions: [issuingDistributionPoint] })],
  'a delta': (by) => [list(by, { extensions: [deltaOf(1)] })],
  'an older list that revokes, a later one that does not': (by) => [
    list(by, { from: -2 * day, number: 1, revoked: [leaf, leafOfRoot, issuing, root] }),
    list(by, { number: 2 }),
  ],
  'a later list that revokes, an older one that does not': (by) => [
    list(by, { number: 2, revoked: [leaf, leafOfRoot, issuing, root] }),
    list(by, { from: -2 * day, number: 1 }),
  ],
  'a list of tomorrow and one of today that revokes': (by) => [
    list(by, { from: day, to: 2 * day, number: 2 }),
    list(by, { number: 1, revoked: [leaf, leafOfRoot, issuing, root] }),
  ],
  'two lists of the same time, the second revokes': (by) => [
    list(by, { number: 1 }),
    list(by, { number: 2, revoked: [leaf, leafOfRoot, issuing, root] }),
  ],
};

/** Down to the name of what is wrong. */
async function expectSame(one: Case): Promise<void> {
  const [before, now] = [await judge.before(one), await judge.now(one)];
  expect(now.error).toBe(before);
}

describe('what a gateway thinks of a certificate is what OpenSSL does', () => {
  it.each(Object.keys(published))(
    'with %s of the root, whatever the issuing authority has',
    async (above) => {
      const ca = [root, issuing];
      for (const below of Object.values(published)) {
        const lists = [...(published[above]?.(rootKey) ?? []), ...below(issuingKey)];
        await expectSame({ ca, lists, leaf });
      }
      await expectSame({ ca, lists: published[above]?.(rootKey) ?? [], leaf: leafOfRoot });
    },
  );
});

/** Cases by what they are about, and who looks at the lists. */
const cases: readonly (readonly [what: string, by: 'openssl' | 'lists', one: () => Case])[] = [
  ['good lists', 'lists', () => ({ ...whole(), leaf })],
  ['a revoked certificate', 'lists', () => ({ ...whole({ issuing: { revoked: [leaf] } }), leaf })],
  ['a revoked issuing authority', 'lists', () => ({ ...whole({ root: { revoked: [issuing] } }), leaf })],
  ['a revoked root', 'lists', () => ({ ...whole({ root: { revoked: [root] } }), leaf })],
  [
    'no list of the issuing authority',
    'lists',
    () => ({ ca: [root, issuing], lists: [list(rootKey)], leaf }),
  ],
  ['no list of the root', 'lists', () => ({ ca: [root, issuing], lists: [list(issuingKey)], leaf })],
  ['the list of a neighbour', 'lists', () => ({ ca: [root, issuing, other], lists: neighbours(), leaf })],
  ['no list at all', 'openssl', () => ({ ca: [root, issuing], lists: [], leaf })],
  [
    'a certificate that does not name the key it was signed with',
    'lists',
    () => ({ ...whole(), leaf: client(issuingKey, 'pump-1', { extensions: [] }) }),
  ],
  [
    'a certificate whose list is said to cover a compromised key only',
    'lists',
    () => ({
      ...whole(),
      leaf: client(issuingKey, 'pump-1', {
        extensions: [authorityKeyIdentifierExtension(issuingKey.identifier), partialPoint],
      }),
    }),
  ],
  ['a list of nobody', 'openssl', () => ({ ca: [root, issuing], lists: [...good(), list(otherKey)], leaf })],
  [
    'a list whose signature is none',
    'openssl',
    () => ({ ...whole({ issuing: { signer: otherKey.signer } }), leaf }),
  ],
  [
    'an authority that may not sign lists',
    'openssl',
    () => ({ ca: [root, authority(issuingKey, rootKey, ['keyCertSign'])], lists: good(), leaf }),
  ],
  [
    'an authority that only clients know, with its list',
    'openssl',
    () => ({ ca: [root], lists: good(), leaf, presented: [issuing] }),
  ],
  [
    'an authority that only clients know, without a list',
    'lists',
    () => ({ ca: [root], lists: [list(rootKey)], leaf, presented: [issuing] }),
  ],
  [
    'a client that sends along what it need not',
    'lists',
    () => ({ ...whole(), leaf, presented: [issuing, root, other] }),
  ],
  ['an authority without a root', 'openssl', () => ({ ca: [issuing], lists: [list(issuingKey)], leaf })],
  [
    'two authorities of one name, the other one revokes',
    'lists',
    () => {
      const twinKey = holder('Issuing');
      const lists = [...good(), list(twinKey, { revoked: [leaf] })];
      return { ca: [root, authority(twinKey, rootKey), issuing], lists, leaf };
    },
  ],
  [
    'two authorities of one name, its own revokes',
    'lists',
    () => {
      const twinKey = holder('Issuing');
      const lists = [list(rootKey), list(issuingKey, { revoked: [leaf] }), list(twinKey)];
      return { ca: [root, authority(twinKey, rootKey), issuing], lists, leaf };
    },
  ],
  [
    'a certificate of an authority that is made anew',
    'lists',
    () => ({ ca: [root, authority(issuingKey, rootKey), issuing], lists: good(), leaf }),
  ],
  [
    'a name that is written otherwise',
    'lists',
    () => {
      const shouted = client({ ...issuingKey, name: [{ type: 'CN', value: 'ISSUING' }] });
      return { ...whole({ issuing: { revoked: [shouted] } }), leaf: shouted };
    },
  ],
  [
    'a certificate that names another key than signed it',
    'lists',
    () => ({
      ...whole(),
      leaf: client(issuingKey, 'pump-1', {
        extensions: [authorityKeyIdentifierExtension(otherKey.identifier)],
      }),
    }),
  ],
];

function good(): readonly string[] {
  return [list(rootKey), list(issuingKey)];
}

function neighbours(): readonly string[] {
  return [list(rootKey), list(otherKey)];
}

function whole(of: { root?: Parameters<typeof list>[1]; issuing?: Parameters<typeof list>[1] } = {}) {
  return { ca: [root, issuing], lists: [list(rootKey, of.root), list(issuingKey, of.issuing)] };
}

describe('held against OpenSSL in the handshake and on the command line', () => {
  it.each(cases)('%s, judged by %s', async (_, by, make) => {
    const one = make();
    const [before, now] = [await judge.before(one), await judge.now(one)];
    expect(now).toEqual({ error: before, by });
    if (hasOpenssl) expect(takenByCommand(one)).toBe(before === undefined);
  });
});
