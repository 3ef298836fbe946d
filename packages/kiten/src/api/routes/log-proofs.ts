import { encodeUtf8, KitenError, toBase64, toHex } from '@kiten/codec';
import { publicKeyDigest, sha256 } from '@kiten/identity';
import { leafHash, parseCheckpoint } from '@kiten/ledger';
import { findingDigest } from '@kiten/trust';
import Type from 'typebox';
import { readEntry } from '../../site/log-entries.ts';
import type { SiteServices } from '../../site/services.ts';
import { findingsRestingOn } from '../../store/findings.ts';
import { type StatementRecord, statementByDigest, statementsAbout } from '../../store/statements.ts';
import type { Api } from '../server.ts';
import { entryView, logEntry } from './log.ts';

const answer = Type.Object({
  index: Type.Integer(),
  foundBy: Type.Enum(['index', 'statement', 'leaf', 'evidence']),
  entry: Type.String({ description: 'The bytes of the entry, base64' }),
  path: Type.Array(Type.String(), { description: 'Audit path of RFC 9162 §2.1.3.1, hexadecimal' }),
  checkpoint: Type.String({ description: 'The signed note that it leads to' }),
  read: logEntry,
});

/** How many entries, the newest first, are looked through for a leaf hash. */
const mostScanned = 50_000;

/** The proof that something is in the log, for whoever checks it: by its index, or by a hash. */
export function logProofRoutes(api: Api, services: SiteServices): void {
  const { ledger, keys, database } = services;
  const ownKeys = new Set([keys.verifier.publicKey, keys.root].map(publicKeyDigest));

  api.get(
    '/log/proof',
    {
      schema: {
        summary:
          'Proves that an entry is in the log: by its index, the SHA-256 of a statement, a leaf hash, or the digest of evidence that a logged finding rests on',
        querystring: Type.Object({
          of: Type.String({ pattern: '^(\\d{1,15}|(sha256:)?[0-9a-fA-F]{64})$' }),
        }),
        response: { 200: answer },
      },
    },
    async ({ query: { of } }) => {
      const { index, foundBy } = await locate(of);
      const checkpoint = await covering(index);
      const { size } = parseCheckpoint(encodeUtf8(checkpoint));
      const bytes = await ledger.entryAt(index);
      const path = await ledger.proveInclusion(index, size);
      return {
        ...{ index, foundBy, checkpoint, entry: toBase64(bytes), path: path.map(toHex) },
        read: entryView(index, readEntry(bytes, ownKeys)),
      };
    },
  );

  async function locate(of: string) {
    if (/^\d{1,15}$/.test(of)) {
      if (Number(of) < ledger.size) return { index: Number(of), foundBy: 'index' as const };
      throw unknown(of);
    }
    const digest = of.replace(/^sha256:/, '').toLowerCase();
    const [own, resting] = [await statementByDigest(database, digest), await findingOn(digest)];
    const statement = own ?? resting;
    const foundBy = own !== undefined ? ('statement' as const) : ('evidence' as const);
    if (statement?.index !== undefined) return { index: statement.index, foundBy };
    // The store does not know yet where the newest statements stand.
    const wanted = statement?.digest ?? digest;
    const from = Math.max(0, ledger.size - mostScanned);
    for await (const { index, entry } of ledger.read(from, ledger.size)) {
      if (statement !== undefined && toHex(sha256(entry)) === wanted) return { index, foundBy };
      if (toHex(leafHash(entry)) === wanted) return { index, foundBy: 'leaf' as const };
    }
    throw unknown(of);
  }

  /** The statement of the newest finding that rests on this evidence. */
  async function findingOn(digest: string): Promise<StatementRecord | undefined> {
    const findings = await findingsRestingOn(database, `sha256:${digest}`);
    const about = findings.map((finding) => toHex(findingDigest(finding, sha256)));
    return (await statementsAbout(database, 'finding', about)).at(-1);
  }

  /** A checkpoint that knows the entry: the newest there is, or one that is signed now. */
  async function covering(index: number): Promise<string> {
    if (parseCheckpoint(encodeUtf8(ledger.checkpoint())).size <= index) await ledger.publish();
    return ledger.checkpoint();
  }
}

const unknown = (of: string): KitenError =>
  new KitenError('kiten/log-entry-unknown', `The log of this site has nothing that is found by ${of}.`);
