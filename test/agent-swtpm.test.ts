import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AgentEvent,
  type AttestationClient,
  establishKey,
  run as runAgent,
} from '../packages/agent/src/index.ts';
import { goodEvents, MeasuredDevice } from '../packages/agent/test/measured-device.ts';
import { hasSwtpm } from '../packages/agent/test/swtpm.ts';
import type { ResultMessage } from '../packages/attestation/src/index.ts';
import { encodeTpmEvidence, ImaScanner } from '../packages/attestation/src/index.ts';
import { bootLog, imaEntry, type MadeEvent } from '../packages/attestation/test/support/logs.ts';
import { agentProgram } from './agent.ts';
import { AgentMachine, learnFrom } from './agent-machine.ts';
import { TestSite } from './kiten.ts';

describe.skipIf(!hasSwtpm)('an agent with a software TPM', () => {
  let site: TestSite;
  let other: AgentMachine;
  beforeAll(async () => {
    site = await TestSite.start();
    other = await enrolled();
  });
  afterAll(async () => {
    await other?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
  });

  /** Each in a group of its own: many that fall for one cause would make the site stop and ask. */
  const enrolled = async (started?: MeasuredDevice): Promise<AgentMachine> => {
    const id = `pump-${randomBytes(4).toString('hex')}`;
    await site.json('group', 'set', id, '--mode', 'enforce');
    return AgentMachine.enrol(site, id, { group: id, ...(started === undefined ? {} : { started }) });
  };

  it('enrols, activates its key, quotes, and is affirmed; its agent says so', async () => {
    const { device } = other;
    expect(await device.json('status')).toMatchObject({ attestation: { device: device.id }, result: null });
    const attested = await device.json<ResultMessage>('attest');
    expect(attested).toMatchObject({ device: device.id, status: 'affirming' });
    expect(attested.findings[0]?.code).toBe('attestation/key-proven');
    expect(await device.json('status')).toMatchObject({ result: { status: 'affirming' } });
    expect((await device.agent('attest')).stdout).toContain('instance-identity 2  attestation/key-proven');
    expect(await site.json('verdict', 'show', device.id)).toMatchObject({ status: 'affirming' });
  });

  it('goes on sending only what is new of its measurement list', async () => {
    const client = await other.client();
    const before = await client.challenge();
    expect(before.ima?.offset).toBe(other.machine.list.length);
    await other.machine.run('/usr/bin/new');
    expect((await other.attest()).status).toBe('affirming');
    expect((await client.challenge()).ima?.offset).toBe(other.machine.list.length);
  });

  it('goes on by itself until it is told to stop', async () => {
    const agent = spawn(process.execPath, [
      agentProgram,
      'run',
      '--json',
      '--config',
      other.device.configuration,
    ]);
    const exit = once(agent, 'exit');
    const said: string[] = [];
    for await (const line of createInterface({ input: agent.stdout })) {
      said.push(line);
      if (said.length === 1) agent.kill('SIGTERM');
    }
    expect((await exit)[0]).toBe(0);
    expect(said.map((line) => JSON.parse(line))).toEqual([
      { event: 'started', device: other.device.id },
      { event: 'stopped' },
    ]);
  });

  it('attests at once when it starts and never did', async () => {
    await using machine = await enrolled();
    const stop = new AbortController();
    const events: AgentEvent[] = [];
    await runAgent(
      machine.host,
      (event) => {
        events.push(event);
        if (event.event === 'attested') stop.abort();
      },
      stop.signal,
    );
    expect(events).toMatchObject([
      { event: 'started', device: machine.device.id },
      { event: 'attested', status: 'affirming' },
      { event: 'stopped' },
    ]);
  });

  const lies: Readonly<Record<string, (machine: AgentMachine) => Promise<ResultMessage>>> = {
    'pcr-unexplained': async (machine) => {
      await machine.machine.extend(14, 'what nobody knows');
      return machine.attest();
    },
    'nonce-unknown': async (machine) => {
      const client = await machine.client();
      const evidence = encodeTpmEvidence(await machine.collect(await client.challenge()));
      const first = await client.present(evidence);
      expect(first.findings.map(({ code }) => code)).toContain('attestation/key-proven');
      return client.present(evidence);
    },
    'nonce-of-another': async (machine) => {
      const { nonce } = await (await other.client()).challenge();
      return machine.lie((_, challenge) => machine.collect({ ...challenge, nonce }));
    },
    'key-of-another': (machine) => machine.lie((_, challenge) => machine.collect(challenge, other)),
    'quote-signature': (machine) =>
      machine.lie((evidence) => ({
        ...evidence,
        quotes: evidence.quotes.map((quote) => ({
          ...quote,
          signature: quote.signature.with(-1, quote.signature.at(-1)! ^ 1),
        })),
      })),
    'ima-violation': async (machine) => {
      await machine.machine.run({ path: '/var/log/x', violation: true });
      return machine.attest();
    },
  };

  it.each(Object.keys(lies))('that lies falls with attestation/%s, and is cut off', async (code) => {
    await using machine = await enrolled();
    expect((await machine.attest()).status).toBe('affirming');
    const session = await machine.session();
    const topic = `d/${machine.device.id}/pressure`;
    await session.publish(topic, Buffer.from('4.2'));
    const result = await lies[code]!(machine);
    expect(result.findings.map((finding) => finding.code)).toContain(`attestation/${code}`);
    expect(result.status).toBe('contraindicated');
    expect((await session.ended).detail).toEqual({ reasonCode: 0x87 });
    // It may come back to attest, and has no other right.
    const again = await machine.session();
    await expect(again.publish(topic, Buffer.from('4.2'))).rejects.toMatchObject({
      detail: { reasonCode: 0x87 },
    });
    again.close();
  });

  /** Evidence of a list whose new part is changed. */
  const listed = (machine: AgentMachine, change: (entries: readonly Buffer[]) => readonly Buffer[]) =>
    machine.lie(({ ima, ...evidence }) => {
      const entries = Buffer.concat(change(entriesOf(ima!.entries)));
      return { ...evidence, ima: { ...ima!, entries } };
    });
  const booted = (machine: AgentMachine, events: readonly MadeEvent[]) =>
    machine.lie((evidence) => ({ ...evidence, bootLog: bootLog(events) }));
  const [firmware, shim, kernel, ...rest] = goodEvents as [MadeEvent, MadeEvent, MadeEvent, ...MadeEvent[]];

  /** Those of a device that is held against what a good one has taught. */
  const logLies: Readonly<Record<string, (machine: AgentMachine) => Promise<ResultMessage>>> = {
    'ima-log-cut': (machine) => listed(machine, (entries) => entries.toSpliced(2, 1)),
    'ima-log-reordered': (machine) =>
      listed(machine, (entries) => [entries[0]!, entries[2]!, entries[1]!, ...entries.slice(3)]),
    'ima-log-extended': (machine) =>
      listed(machine, (entries) => [...entries, imaEntry({ path: '/usr/bin/harmless' })]),
    'boot-log-cut': (machine) => booted(machine, [firmware, kernel, ...rest]),
    'boot-log-reordered': (machine) => booted(machine, [firmware, kernel, shim, ...rest]),
    'boot-log-extended': (machine) =>
      booted(machine, [...goodEvents, { pcr: 4, type: 0x8000_0003, data: 'harmless' }]),
    'executable-unapproved': async (machine) => {
      await machine.machine.run('/tmp/strange');
      return machine.attest();
    },
  };

  describe('that is held against what a good one has taught', () => {
    let golden: AgentMachine;
    beforeAll(async () => {
      golden = await enrolled();
      expect((await golden.attest()).status).toBe('affirming');
    });
    afterAll(() => golden?.[Symbol.asyncDispose]());

    it.each(Object.keys(logLies))('and that lies about it falls with attestation/%s', async (code) => {
      await using machine = await enrolled();
      await learnFrom(site, golden.device.id, `device:${machine.device.id}`);
      const session = await machine.session();
      const result = await logLies[code]!(machine);
      expect(result.findings.map((finding) => finding.code)).toContain(`attestation/${code}`);
      expect(result.status).toBe('contraindicated');
      expect((await session.ended).detail).toEqual({ reasonCode: 0x87 });
    });

    it('and whose firmware was swapped falls with attestation/firmware-unapproved', async () => {
      const swapped = { ...firmware, data: 'firmware of somebody else' };
      const started = await MeasuredDevice.start([swapped, shim, kernel, ...rest]);
      await using machine = await enrolled(started);
      await learnFrom(site, golden.device.id, `device:${machine.device.id}`);
      const session = await machine.session();
      const result = await machine.attest();
      expect(result.findings.map(({ code }) => code)).toContain('attestation/firmware-unapproved');
      expect((await session.ended).detail).toEqual({ reasonCode: 0x87 });
    });

    it('and has all of it is approved', async () => {
      await using machine = await enrolled();
      await learnFrom(site, golden.device.id, `device:${machine.device.id}`);
      const { status, findings } = await machine.attest();
      expect(status).toBe('affirming');
      expect(findings.map(({ code }) => code)).toContain('attestation/system-approved');
    });
  });

  it('whose site has forgotten what it asked for shows its key once more', async () => {
    await using machine = await enrolled();
    const client = await machine.client();
    let proposals = 0;
    const forgetful = {
      confirmKey: client.confirmKey.bind(client),
      async proposeKey(...args: Parameters<AttestationClient['proposeKey']>) {
        const activation = await client.proposeKey(...args);
        proposals += 1;
        // Asking again ends what was asked before, as a restart does.
        if (proposals === 1) await client.proposeKey(...args);
        return activation;
      },
    } as AttestationClient;
    const { device } = await establishKey(machine.host, forgetful);
    expect([device, proposals]).toEqual([machine.device.id, 2]);
  });

  it('that comes with another TPM is refused its key, and falls', async () => {
    await using machine = await enrolled();
    expect((await machine.attest()).status).toBe('affirming');
    const session = await machine.session();
    const { configuration } = machine.host;
    const swapped = { ...configuration, tpm: { ...configuration.tpm!, address: other.machine.address } };
    const proposed = establishKey({ ...machine.host, configuration: swapped }, await machine.client());
    await expect(proposed).rejects.toMatchObject({ detail: { code: 'kiten/attestation-key-another-tpm' } });
    const verdict = await site.json<{ status: string; findings: { code: string }[] }>(
      'verdict',
      'show',
      machine.device.id,
    );
    expect(verdict.status).toBe('contraindicated');
    expect(verdict.findings.map(({ code }) => code)).toContain('attestation/another-tpm');
    expect((await session.ended).detail).toEqual({ reasonCode: 0x87 });
  });
});

/** A measurement list in pieces. */
function entriesOf(list: Uint8Array): readonly Buffer[] {
  const scanner = new ImaScanner(Buffer.from(list));
  const entries: Buffer[] = [];
  while (scanner.next()) entries.push(scanner.log.subarray(scanner.start, scanner.position));
  return entries;
}
