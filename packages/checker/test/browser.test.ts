import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireTool } from '../../../test/tools.ts';
import { type CheckReport, checkVerdict, parseTrust } from '../src/index.ts';
import { nodeCryptography } from './support/keys.ts';
import { randomFrom } from './support/mutate.ts';
import { makePeople, trustFile } from './support/people.ts';
import { compose, encodeBundle, now } from './support/world.ts';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-sync',
];
const chromiumIsHere = requireTool('chromium', 'chromium');

/** As the page knows it, from the one script that is loaded there. */
declare const checker: typeof import('../src/index.ts');

describe.skipIf(!chromiumIsHere)('the checker in a browser, with WebCrypto', () => {
  const people = makePeople(false);
  const trust = JSON.stringify(trustFile(people));
  const bundle = encodeBundle(compose(people).parts);
  let server: Server;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    server = createServer((_, response) =>
      response.setHeader('content-type', 'text/html').end('<!doctype html>'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
    page = await browser.newPage();
    // WebCrypto is there in a secure context only, which an address of this machine is.
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.addScriptTag({ content: await script() });
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  async function script(): Promise<string> {
    const build = await rolldown({
      input: fileURLToPath(new URL('../src/index.ts', import.meta.url)),
      platform: 'browser',
      external: /^node:/,
    });
    const { output } = await build.generate({ format: 'iife', name: 'checker', minify: true });
    await build.close();
    expect(output).toHaveLength(1);
    expect(output[0].imports).toEqual([]);
    return output[0].code;
  }

  /** Checks bundles in the page. Byte strings come back as arrays of numbers. */
  const inPage = (bundles: readonly Uint8Array[], at = now): Promise<CheckReport[]> =>
    page.evaluate(
      async ([all, file, moment]) => {
        const algorithms: Record<string, (EcKeyImportParams & EcdsaParams) | Algorithm> = {
          ES256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
          ES384: { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
          EdDSA: { name: 'Ed25519' },
        };
        const reports: unknown[] = [];
        for (const text of all) {
          const bytes = Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0));
          const report = await checker.checkVerdict(bytes, checker.parseTrust(file), {
            now: moment,
            cryptography: {
              sha256: async (data) =>
                new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(data))),
              verify: async (name, spki, data, signature) => {
                const algorithm = algorithms[name]!;
                const key = await crypto.subtle.importKey('spki', new Uint8Array(spki), algorithm, false, [
                  'verify',
                ]);
                return crypto.subtle.verify(algorithm, key, new Uint8Array(signature), new Uint8Array(data));
              },
            },
          });
          const plain = (_: string, value: unknown) => (value instanceof Uint8Array ? [...value] : value);
          reports.push(JSON.parse(JSON.stringify(report, plain)));
        }
        return reports as never;
      },
      [bundles.map((each) => Buffer.from(each).toString('base64')), trust, at] as const,
    );

  const inNode = async (bytes: Uint8Array, at = now): Promise<unknown> => {
    const report = await checkVerdict(bytes, parseTrust(trust), { now: at, cryptography: nodeCryptography });
    const plain = (_: string, value: unknown) => (value instanceof Uint8Array ? [...value] : value);
    return JSON.parse(JSON.stringify(report, plain));
  };

  test('finds that a bundle holds, and says the same about it as in Node', async () => {
    const [report] = await inPage([bundle]);
    expect(report).toMatchObject({ holds: true, verdict: { subject: 'device:pump-1', status: 'affirming' } });
    expect(report).toEqual(await inNode(bundle));
  });

  test('finds that it has lapsed when it has', async () => {
    const [report] = await inPage([bundle], now + 3_600_000);
    expect(report).toMatchObject({ holds: false, reason: 'verdict-lapsed' });
  });

  test('refuses mutants, and for the same reasons as in Node', async () => {
    const random = randomFrom(7);
    const mutants = Array.from({ length: 300 }, () => {
      const mutant = bundle.slice();
      mutant[Math.floor(random() * bundle.length)]! ^= 1 << Math.floor(random() * 8);
      return mutant;
    });
    mutants.push(bundle.slice(1), bundle.slice(0, -1), new Uint8Array(0));
    const answers = (reports: readonly unknown[]) =>
      (reports as { holds: boolean; reason: string; leaf?: number; step?: number }[]).map(
        ({ holds, reason, leaf, step }) => [holds, reason, leaf, step],
      );
    const there = answers(await inPage(mutants));
    expect(there.every(([holds]) => holds === false)).toBe(true);
    expect(new Set(there.map(([, reason]) => reason)).size).toBeGreaterThan(5);
    expect(there).toEqual(answers(await Promise.all(mutants.map((each) => inNode(each)))));
  });
});
