import { KitenError } from '@kiten/codec';
import { maxBundleBytes } from './entry-bundle.ts';
import { hashBytes } from './hashing.ts';
import { tileWidth } from './tile-path.ts';
import { maxCheckpointBytes, type TileSource } from './tile-source.ts';

/** What a web server answered. */
export interface HttpAnswer {
  readonly status: number;
  /** With any content encoding undone. */
  readonly body: Uint8Array;
}

/**
 * Asks a web server. It gives up on answers of more than `maxBytes`, on redirections and after a while: with an error,
 * which is passed on as the cause.
 */
export type HttpGet = (url: string, maxBytes: number) => Promise<HttpAnswer>;

/**
 * The published files of any tlog-tiles log below a URL prefix. What is not there (404, 410) is nothing; every other
 * answer but 200 is an error.
 */
export function httpSource(prefix: string, get: HttpGet): TileSource {
  const base = prefix.replace(/\/+$/, '');
  return {
    async read(path) {
      const url = `${base}/${path}`;
      const most = mostBytes(path);
      const { status, body } = await get(url, most).catch((cause: unknown) => {
        throw new KitenError('ledger/unreadable', `${url} cannot be fetched.`, { cause });
      });
      if (status === 404 || status === 410) return undefined;
      if (status === 200 && body.length <= most) return body;
      const what = status === 200 ? `more than ${most} bytes` : `status ${status}`;
      throw new KitenError('ledger/unreadable', `${url} answers with ${what}.`, { detail: { status } });
    },
  };
}

function mostBytes(path: string): number {
  if (path === 'checkpoint') return maxCheckpointBytes;
  return path.startsWith('tile/entries/') ? maxBundleBytes : tileWidth * hashBytes;
}
