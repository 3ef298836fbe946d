import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KitenError } from '@kiten/codec';
import { assert, asyncProperty, constantFrom, tuple, uint8Array } from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../../test/kiten.ts';
import { requireTool } from '../../../../test/tools.ts';
import { type SigningKey, SigningToken, serveToken } from '../../src/index.ts';
import { clientModule, hasHardwareTls } from '../openssl/peer.ts';

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const spki = publicKey.export({ format: 'der', type: 'spki' });
const signature = Buffer.alloc(64, 7);
const key: SigningKey = { publicKey: spki, sign: async () => signature };

const call = (code: number, form: string, ...parts: readonly Buffer[]): Buffer =>
  Buffer.concat([count(code), count(form.length), Buffer.from(form), ...parts]);
function count(value: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return octets;
}
const number = (value: number): Buffer => Buffer.concat([count(0), count(value)]);
const signInit = call(42, 'uMu', number(1), count(0x1041), count(0), number(1));
const sign = (digest: number, room = 64) =>
  call(43, 'uayfy', number(1), Buffer.from([1]), count(digest), Buffer.alloc(digest), count(room));
const refused = (code: number) => Buffer.concat([count(0), count(1), Buffer.from('u'), number(code)]);

describe('the token that the agent is to OpenSSL', () => {
  it('signs a digest that it was prepared for, once', async () => {
    const token = new SigningToken(key);
    expect(await token.answer(sign(32))).toEqual(new Uint8Array(refused(0x91)));
    await token.answer(signInit);
    const room = Buffer.concat([count(43), count(2), Buffer.from('ay'), Buffer.from([0]), count(64)]);
    expect(await token.answer(sign(32, 0))).toEqual(new Uint8Array(room));
    const signed = Buffer.concat([
      count(43),
      count(2),
      Buffer.from('ay'),
      Buffer.from([1]),
      count(64),
      signature,
    ]);
    expect(await token.answer(sign(32))).toEqual(new Uint8Array(signed));
    expect(await token.answer(sign(32))).toEqual(new Uint8Array(refused(0x91)));
  });

  it('signs no more once it is sealed, and no short digest', async () => {
    const token = new SigningToken(key);
    await token.answer(signInit);
    expect(await token.answer(sign(20))).toEqual(new Uint8Array(refused(5)));
    await token.answer(signInit);
    token.seal();
    expect(await token.answer(sign(32))).toEqual(new Uint8Array(refused(5)));
  });

  it('keeps the reason why its key does not sign', async () => {
    const token = new SigningToken({
      ...key,
      sign: () => Promise.reject(new KitenError('agent/x', 'Gone.')),
    });
    await token.answer(signInit);
    expect(await token.answer(sign(32))).toEqual(new Uint8Array(refused(5)));
    expect(token.failure).toMatchObject({ code: 'agent/x' });
  });

  it('refuses all other calls, among them those that make, change and give out', async () => {
    const token = new SigningToken(key);
    for (let code = 0; code < 120; code += 1) {
      if ([1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 24, 26, 27, 28, 42, 43].includes(code)) continue;
      expect(await token.answer(call(code, 'u', number(1)))).toEqual(new Uint8Array(refused(0x54)));
    }
  });

  it('answers or refuses whatever it is sent', async () => {
    const calls = constantFrom(
      ...['ayyay', '', 'yfu', 'u', 'ufu', 'uu', 'uufA', 'uaA', 'uMu', 'uayfy'].flatMap((form) =>
        [1, 3, 4, 5, 6, 7, 8, 10, 24, 26, 27, 42, 43].map((code) => call(code, form)),
      ),
    );
    const token = new SigningToken(key);
    const holds = asyncProperty(tuple(calls, uint8Array({ maxLength: 80 })), async ([head, rest]) => {
      try {
        expect((await token.answer(Buffer.concat([head, rest]))).length).toBeGreaterThan(4);
      } catch (error) {
        if (!(error instanceof KitenError)) throw error;
        expect(error.code).toMatch(/^(agent\/token-message|wire\/tpm-)/);
      }
    });
    await assert(holds, { numRuns: 2000 });
  });
});

describe('the socket at which it is served', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'agent-token-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it.skipIf(!hasHardwareTls || !requireTool('pkcs11-tool', 'opensc'))(
    'shows its key to programs that know PKCS #11, and has it sign for them',
    async () => {
      const path = join(folder, 'signer');
      const env = { P11_KIT_SERVER_ADDRESS: `unix:path=${path}` };
      const tool = async (...args: readonly string[]) => {
        const served = await serveToken(path, key);
        try {
          return await run('pkcs11-tool', ['--module', clientModule, ...args], {
            env,
            input: Buffer.alloc(32),
          });
        } finally {
          served.seal();
        }
      };
      const slots = await tool('--list-token-slots');
      expect(slots.stdout).toContain('token label        : kiten');
      const objects = await tool('--list-objects');
      expect(objects.stdout).toContain('Private Key Object; EC');
      expect(objects.stdout).toContain(Buffer.from(spki).subarray(-65).toString('hex'));
      const out = join(folder, 'signature');
      const signed = await tool('--sign', '--mechanism', 'ECDSA', '--label', 'device', '--output-file', out);
      expect(signed.code, signed.stderr).toBe(0);
      expect(await readFile(out)).toEqual(signature);
    },
  );

  it('serves the first who comes, and drops who does not speak as it does', async () => {
    const path = join(folder, 'signer');
    await serveToken(path, key);
    const first = createConnection({ path });
    await once(first, 'connect');
    first.write(Buffer.from([0]));
    expect((await once(first, 'data'))[0]).toEqual(Buffer.from([0]));
    const [error] = (await once(createConnection({ path }), 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ENOENT');
    first.write(Buffer.alloc(12, 0xff));
    first.resume();
    await once(first, 'close');
  });

  it('says that there is no room for it', async () => {
    await expect(serveToken(join(folder, 'x'.repeat(200)), key)).rejects.toMatchObject({
      code: 'agent/token-socket',
    });
  });
});
