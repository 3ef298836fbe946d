import { type Command, InvalidArgumentError } from 'commander';
import type { Environment } from '../environment.ts';
import type { BrokerOptions } from '../open-broker.ts';

/** What a gateway can have. */
const MOST_WORKERS = 64;

export function brokerCommand(program: Command, _environment: Environment): void {
  program
    .command('broker')
    .description('run the broker alone, for conformance tests and comparisons: a site is `kiten up`')
    .requiredOption('--open', 'without policy: everybody on this machine may do everything')
    .requiredOption('--port <number>', 'the port for MQTT, on loopback only; 0: any', parsePort)
    .option('--websocket <number>', 'a port for MQTT over WebSocket as well', parsePort)
    .option(
      '--keep-alive <seconds>',
      'the longest keep-alive of version 5 clients; 0: their own',
      parseSeconds,
      60,
    )
    .option('--workers <number>', 'threads that share the port', parseWorkers, 1)
    .option('--json', 'print one JSON object when it is ready')
    .action(async (options: BrokerOptions) => {
      const { runOpenBroker } = await import('../open-broker.ts');
      await runOpenBroker(options);
    });
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('Write a port number, 0 to 65535.');
}

function parseWorkers(text: string): number {
  if (/^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= MOST_WORKERS) return Number(text);
  throw new InvalidArgumentError(`Write how many there are to be, 1 to ${MOST_WORKERS}.`);
}

function parseSeconds(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('Write whole seconds, 0 to 65535.');
}
