import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MeasuredDevice } from '../packages/agent/test/measured-device.ts';
import { hasHardwareTls } from '../packages/agent/test/openssl/peer.ts';
import { hasSwtpm } from '../packages/agent/test/swtpm.ts';
import { type AgentDevice, agentDevice } from './agent.ts';
import { settingsOf } from './agent-machine.ts';
import { TestSite } from './kiten.ts';
import { RunningAgent } from './running-agent.ts';

describe.skipIf(!hasSwtpm || !hasHardwareTls)('an agent that goes on, with its key in the TPM', () => {
  let site: TestSite;
  let machine: MeasuredDevice;
  let agent: RunningAgent;
  let device: AgentDevice;
  beforeAll(async () => {
    [site, machine] = await Promise.all([TestSite.start(), MeasuredDevice.start()]);
    const within = ['--attest-within', '60s', '--reason', 'a busy machine has time'];
    await site.json('group', 'set', 'default', '--mode', 'enforce', ...within);
    const mqtt = `mqtt = "mqtts://localhost:${site.ready.mqtts.split(':')[1]}"\n`;
    device = await agentDevice(site, 'pump-1', mqtt + settingsOf(machine, 'tpm'));
    await device.enrol();
    agent = new RunningAgent(device);
  });
  afterAll(async () => {
    await agent?.end('SIGKILL');
    await machine?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
  });

  it('attests within AUTH as it connects, and by HTTPS because it never did', async () => {
    expect(await agent.next('connected')).toMatchObject({ attested: true });
    expect(await agent.next('attested')).toMatchObject({ status: 'affirming' });
    expect(await site.json('verdict', 'show', 'pump-1')).toMatchObject({ status: 'affirming' });
  });

  it('answers whenever it is challenged', async () => {
    const { place } = await agent.next('connected');
    const from = agent.said.length;
    expect(await site.json('device', 'challenge', 'pump-1')).toMatchObject({ connected: true });
    const challenged = await agent.next('challenged', Math.max(place, from));
    const attested = await agent.next('attested', challenged.place);
    expect(attested).toMatchObject({ status: 'affirming' });
    expect(agent.said.map(({ event }) => event)).not.toContain('disconnected');
  });

  it('is cut off when it falls, and comes back to attest', async () => {
    await machine.extend(14, 'what nobody knows');
    const from = agent.said.length;
    await site.json('device', 'challenge', 'pump-1');
    expect(await agent.next('disconnected', from)).toMatchObject({ code: 'agent/mqtt-refused' });
    const back = await agent.next('connected', from);
    expect(back).toMatchObject({ attested: true });
    expect(await site.json('verdict', 'show', 'pump-1')).toMatchObject({ status: 'contraindicated' });
    await site.json('device', 'challenge', 'pump-1');
    expect(await agent.next('attested', back.place)).toMatchObject({ status: 'contraindicated' });
  });

  it('leaves no program behind, however it ends', async () => {
    const [child] = await agent.children();
    expect(child).toBeDefined();
    await agent.end('SIGKILL');
    const isGone = async () => ((await readdir('/proc')).includes(child!) ? undefined : true);
    expect(await site.until(isGone, 'the end of openssl')).toBe(true);
    const again = new RunningAgent(device);
    await again.next('connected');
    expect(await again.end('SIGTERM')).toBe(0);
    expect(again.said.at(-1)).toEqual({ event: 'stopped' });
  });
});
