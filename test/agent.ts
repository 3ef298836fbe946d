import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Outcome, run, type TestSite } from './kiten.ts';

export const agentProgram = fileURLToPath(new URL('../packages/agent/bin/kiten-agent.mjs', import.meta.url));

/** A device with an agent, which knows the site. */
export interface AgentDevice {
  readonly id: string;
  readonly folder: string;
  readonly configuration: string;
  /** Runs `kiten-agent`. */
  agent(...args: readonly string[]): Promise<Outcome>;
  /** The same with `--json`, parsed. Fails the test if the command fails. */
  json<T = Record<string, unknown>>(...args: readonly string[]): Promise<T>;
  /** Makes a token and enrols with it. */
  enrol(): Promise<Record<string, unknown>>;
}

/**
 * @param settings further lines of its configuration
 * @param options of the token that it enrols with
 * @param env that its agent finds
 */
export async function agentDevice(
  site: TestSite,
  id: string,
  settings = '',
  options: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<AgentDevice> {
  const folder = join(site.directory, `agent-${id}`);
  const configuration = join(folder, 'agent.toml');
  await mkdir(folder, { mode: 0o700 });
  const address = new URL(site.ready.device);
  await writeFile(
    configuration,
    `device = "${id}"
site = "https://localhost:${address.port}"
trust = "${site.ready.ca}"
state = "${join(folder, 'state')}"
${settings}`,
  );
  const agent = (...args: readonly string[]) =>
    run(process.execPath, [agentProgram, ...args, '--config', configuration], { env });
  const json = async <T = Record<string, unknown>>(...args: readonly string[]): Promise<T> => {
    const { code, stdout, stderr } = await agent(...args, '--json');
    if (code !== 0) throw new Error(`kiten-agent ${args.join(' ')}: ${stderr}`);
    return JSON.parse(stdout) as T;
  };
  return {
    ...{ id, folder, configuration, agent, json },
    async enrol() {
      const { token } = await site.json<{ token: string }>('token', 'create', '--device', id, ...options);
      const file = join(folder, 'token');
      await writeFile(file, `${token}\n`, { mode: 0o600 });
      return json('enrol', '--token-file', file);
    },
  };
}
