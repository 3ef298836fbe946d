import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './free-ports.ts';

/** A Mosquitto of the test's own, on a free port. */
export class Mosquitto {
  readonly port: number;
  readonly #end: () => Promise<void>;

  private constructor(port: number, end: () => Promise<void>) {
    this.port = port;
    this.#end = end;
  }

  /** Its configuration is what `settings` says, and goes into the folder. */
  static async start(folder: string, settings: string): Promise<Mosquitto> {
    const port = await freePort();
    const configuration = join(folder, 'mosquitto.conf');
    await writeFile(configuration, `listener ${port} 127.0.0.1\nuser root\n${settings}`);
    const child = spawn('mosquitto', ['-c', configuration], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
    });
    const exited = once(child, 'exit');
    await new Promise<void>((resolve) => {
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString('utf8');
        if (/running|Error/.test(said)) resolve();
      });
    });
    return new Mosquitto(port, async () => {
      child.kill('SIGTERM');
      await exited;
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#end();
  }
}
