import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Outcome, run } from '../kiten.ts';
import { type OpenBroker, startOpenBroker } from '../open-broker.ts';
import { requireTool } from '../tools.ts';

let broker: OpenBroker;
beforeAll(async () => {
  broker = await startOpenBroker();
});
afterAll(async () => {
  expect(await broker.stop()).toBe(0);
});

const everyQos = [0, 1, 2] as const;
const hasMosquitto = requireTool('mosquitto_pub', 'mosquitto-clients');

describe.skipIf(!hasMosquitto).each(['311', '5'])(
  'mosquitto’s programs, version %s, many at once',
  (version) => {
    const to = (...args: string[]): string[] => [
      '-h',
      '127.0.0.1',
      '-p',
      broker.port,
      '-V',
      version,
      ...args,
    ];
    const publish = (args: readonly string[], input?: string): Promise<Outcome> =>
      run('mosquitto_pub', to(...args), input === undefined ? {} : { input });

    /** A mosquitto_sub that is subscribed, and all that it prints until it has heard so many messages. */
    async function listen(
      count: number,
      ...args: string[]
    ): Promise<{ ended: Promise<string[]>; kill: () => void }> {
      // Line by line, also into a pipe: that it is subscribed is a line like any other.
      const program = ['-oL', 'mosquitto_sub', '-d', '-C', String(count), '-W', '100'];
      const child = spawn('stdbuf', [...program, ...to(...args)]);
      const lines: string[] = [];
      let isSubscribed: () => void = () => undefined;
      const subscribed = new Promise<void>((resolve) => {
        isSubscribed = resolve;
      });
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.startsWith('Subscribed')) isSubscribed();
        lines.push(line);
      });
      const ended = once(child, 'close').then(() => lines.filter((line) => line.startsWith('> ')));
      await subscribed;
      return { ended, kill: () => child.kill('SIGKILL') };
    }

    it('hear all that is said, by each QoS in its order', async () => {
      const topic = `m/${version}/many`;
      const texts = Array.from({ length: 20 }, (_, index) => `${index}`);
      const speakers = everyQos.flatMap((qos) => ['a', 'b'].map((name) => ({ qos, name })));
      const total = speakers.length * texts.length;
      const listeners = await Promise.all(
        Array.from({ length: 5 }, (_, index) =>
          listen(total, '-i', `m-${version}-${index}`, '-q', '2', '-t', `${topic}/#`, '-F', '> %t %q %p'),
        ),
      );
      await Promise.all(
        speakers.map(({ qos, name }) =>
          publish(['-t', `${topic}/${qos}/${name}`, '-q', `${qos}`, '-l'], `${texts.join('\n')}\n`),
        ),
      );
      for (const { ended } of listeners) {
        const heard = await ended;
        for (const { qos, name } of speakers) {
          const start = `> ${topic}/${qos}/${name} ${qos} `;
          expect(heard.filter((line) => line.startsWith(start))).toEqual(texts.map((text) => start + text));
        }
      }
    });

    it('find what is retained, get what waited, and mourn each other', async () => {
      const topic = `m/${version}/state`;
      await publish(['-t', `${topic}/x`, '-m', 'kept', '-q', '1', '-r']);
      const retained = await listen(1, '-t', `${topic}/+`, '-F', '> %r %p');
      expect(await retained.ended).toEqual(['> 1 kept']);
      await publish(['-t', `${topic}/x`, '-n', '-r', '-q', '1']);

      const name = `m-${version}-away`;
      const session = ['-i', name, '-c', '-q', '2', '-t', `m/${version}/away`, '-F', '> %q %p'];
      const expiry = version === '5' ? ['-x', '60'] : [];
      const first = await listen(1, ...session, ...expiry);
      await publish(['-t', `m/${version}/away`, '-m', 'first', '-q', '1']);
      expect(await first.ended).toEqual(['> 1 first']);
      for (const qos of ['1', '2']) await publish(['-t', `m/${version}/away`, '-m', `q${qos}`, '-q', qos]);
      const again = await listen(2, ...session, ...expiry);
      expect(await again.ended).toEqual(['> 1 q1', '> 2 q2']);

      const watcher = await listen(1, '-t', `m/${version}/will`, '-F', '> %p');
      const will = ['--will-topic', `m/${version}/will`, '--will-payload', 'gone', '--will-qos', '1'];
      const mortal = await listen(1, '-t', 'nothing', ...will);
      mortal.kill();
      expect(await watcher.ended).toEqual(['> gone']);
    });

    it('ask and answer', async () => {
      const asking = Array.from({ length: 5 }, (_, index) => `${index}`);
      // In 3.1.1 nothing says where the answer goes: it is agreed upon.
      const service = await listen(
        asking.length,
        '-t',
        `m/${version}/service/+`,
        '-F',
        version === '5' ? '> %R %p' : `> m/${version}/answers/%p %p`,
      );
      const asked = asking.map((text) =>
        run(
          'mosquitto_rr',
          to(
            '-t',
            `m/${version}/service/${text}`,
            '-e',
            `m/${version}/answers/${text}`,
            '-m',
            text,
            '-W',
            '20',
          ),
        ),
      );
      for (const line of await service.ended) {
        const [, where, text] = line.split(' ') as [string, string, string];
        await publish(['-t', where, '-m', `answer ${text}`, '-q', '1']);
      }
      const answers = await Promise.all(asked);
      expect(answers.map(({ stdout }) => stdout.trim())).toEqual(asking.map((text) => `answer ${text}`));
    });
  },
);
