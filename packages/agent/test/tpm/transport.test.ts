import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromHex } from '@kiten/codec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../../../test/kiten.ts';
import {
  describeTpm,
  listHandles,
  openTpm,
  openTpmTransport,
  Tpm,
  type TpmTransport,
} from '../../src/index.ts';
import { simulatorBefore } from '../simulator.ts';
import { hasSwtpm, openSoftwareTpm, SoftwareTpm, wait } from '../swtpm.ts';

/** A TPM that answers what it is told to, and remembers what it was sent. */
function scripted(...answers: readonly string[]): TpmTransport & { readonly sent: number } {
  let sent = 0;
  return {
    get sent() {
      return sent;
    },
    async exchange() {
      return fromHex(answers[Math.min(sent++, answers.length - 1)]!);
    },
    close: async () => undefined,
  };
}

const success = '80010000000a00000000';
const retry = '80010000000a00000922';
const locked = '80010000000a00000921';

describe('a TPM', () => {
  it('is asked again while it is busy, and not for ever', async () => {
    const busy = scripted(retry, retry, success);
    await new Tpm(busy, { wait: async () => undefined }).order('startup', {});
    expect(busy.sent).toBe(3);
    const never = scripted(retry);
    const order = new Tpm(never, { wait: async () => undefined, attempts: 5 }).order('startup', {});
    await expect(order).rejects.toMatchObject({
      code: 'agent/tpm-refused',
      detail: { name: 'TPM_RC_RETRY' },
    });
    expect(never.sent).toBe(5);
  });

  it('names its refusal, and is not asked again', async () => {
    const transport = scripted(locked);
    await expect(new Tpm(transport, { wait }).order('pcrExtend', {})).rejects.toMatchObject({
      code: 'agent/tpm-refused',
      message: 'The TPM refuses TPM2_PCR_Extend: TPM_RC_LOCKOUT.',
      detail: { command: 'TPM2_PCR_Extend', name: 'TPM_RC_LOCKOUT', code: 0x921 },
    });
    expect(transport.sent).toBe(1);
  });

  it('is sent one command at a time, and one that fails stops no other', async () => {
    let inFlight = 0;
    const transport: TpmTransport = {
      async exchange() {
        inFlight += 1;
        expect(inFlight).toBe(1);
        await wait(1);
        inFlight -= 1;
        return fromHex(locked);
      },
      close: async () => undefined,
    };
    const tpm = new Tpm(transport, { wait });
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => tpm.order('startup', {})));
    expect(outcomes.map(({ status }) => status)).toEqual(Array(5).fill('rejected'));
  });

  it('that answers with more or less than a command has is not believed', async () => {
    for (const answer of ['80010000000b0000000001', '80010000000d00000000000000', '8001000000'])
      await expect(
        new Tpm(scripted(answer), { wait }).command('getRandom', {}, (reader) => reader.sized(32)),
      ).rejects.toMatchObject({ code: expect.stringMatching(/^wire\/tpm-/) });
  });
});

describe('the way to a TPM', () => {
  it('is written as tpm2-tools write it', async () => {
    for (const address of [
      '',
      'tpm',
      'swtpm:port=x',
      'swtpm:port=70000',
      'mssim:path=/x',
      'swtpm:a=b',
      'swtpm:port=1,port=2',
    ]) {
      await expect(openTpmTransport(address), address).rejects.toMatchObject({ code: 'agent/tpm-address' });
    }
  });

  it('that leads nowhere is told of', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'agent-'));
    await writeFile(join(folder, 'file'), '');
    for (const address of [
      `device:${folder}/none`,
      `swtpm:path=${folder}/none`,
      'swtpm:port=1',
      'mssim:port=1',
    ])
      await expect(openTpmTransport(address), address).rejects.toMatchObject({
        code: 'agent/tpm-unreachable',
      });
    await rm(folder, { recursive: true });
  });

  it('that breaks off within an answer ends the command', async () => {
    const server = createServer((socket) => {
      socket.once('data', () => socket.end(fromHex('80010000000c0000')));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const transport = await openTpmTransport(`swtpm:port=${port}`);
    await expect(transport.exchange(fromHex(success))).rejects.toMatchObject({
      code: 'agent/tpm-unreachable',
    });
    await expect(transport.exchange(fromHex(success))).rejects.toMatchObject({
      code: 'agent/tpm-unreachable',
    });
    await transport.close();
    server.close();
  });
});

describe.skipIf(!hasSwtpm)('a software TPM', () => {
  let software: SoftwareTpm;
  beforeAll(async () => {
    software = await SoftwareTpm.start();
  });
  afterAll(() => software?.[Symbol.asyncDispose]());

  it('says what it is: its maker, its banks, its curves', async () => {
    await using tpm = await openSoftwareTpm(software);
    const said = await describeTpm(tpm);
    expect(said.manufacturer).toBe('IBM');
    expect(said.vendor).toBe('SW   TPM');
    expect(said.firmware).toMatch(/^[0-9a-f]{16}$/);
    expect(said.banks.map(({ bank }) => bank.name)).toEqual(['sha1', 'sha256', 'sha384']);
    expect(said.banks[0]!.pcrs).toEqual(Array.from({ length: 24 }, (_, pcr) => pcr));
    expect(said.curves).toContain(3);
    expect(await listHandles(tpm, 0x8000_0000)).toEqual([]);
  });

  it('is spoken to over the protocol of the reference simulator', async () => {
    await using proxy = await simulatorBefore(software.path('tpm'));
    // What stands in for the simulator is believed because the library of tpm2-tools believes it.
    const address = `mssim:host=127.0.0.1,port=${proxy.port}`;
    const said = await run('tpm2_getcap', ['-T', address, 'properties-fixed']);
    expect(said.stdout).toContain('TPM2_PT_MANUFACTURER');
    await using tpm = await openTpm(address, { wait });
    expect((await describeTpm(tpm)).manufacturer).toBe('IBM');
  });
});
