import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { KitenError } from '@kiten/codec';
import type { Gateway } from './gateway.ts';
import type { GatewayOptions } from './gateway-options.ts';
import type { ListenOptions } from './listener-kind.ts';
import { RingStream } from './mesh/ring-stream.ts';
import { openGateway } from './open-gateway.ts';
import { PortStream } from './port-stream.ts';
import type { GatewayCommand, GatewayWorkerData } from './worker-messages.ts';
import { Questions } from './worker-questions.ts';
import { WorkerReports } from './worker-reports.ts';

/**
 * Runs a gateway behind a message port: the worker's side of {@link gatewayClient}. Changes are applied in the order
 * they were sent, also from between two chunks of a long turn. Who a client is by password or by enhanced
 * authentication is asked of the other side, if it said that it can tell. Ends when the port is closed. If its store
 * cannot be opened, every `listen` fails with the reason.
 */
export async function serveGateway(
  port: MessagePort,
  { asksPasswords, asksMethods = [], ...data }: GatewayWorkerData,
  world: Pick<GatewayOptions, 'clock' | 'random' | 'heapUsed' | 'authenticators' | 'verifyPassword' | 'taps'>,
): Promise<void> {
  const reports = new WorkerReports((report) => port.postMessage(report));
  const report = reports.send;
  const questions = new Questions(report);
  let gateway: Gateway;
  try {
    gateway = await openGateway({
      ...data,
      ...world,
      ...(asksPasswords === true ? { verifyPassword: questions.verifyPassword } : {}),
      authenticators: [...(world.authenticators ?? []), ...questions.authenticators(asksMethods)],
      emit: reports.emit,
      poll() {
        for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
          handle(next.message as GatewayCommand);
        }
      },
    });
  } catch (error) {
    refuseAll(port, error);
    return;
  }

  function handle(command: GatewayCommand): void {
    switch (command.kind) {
      case 'change':
        apply(command);
        return;
      case 'listen':
        void listen(command.request, command.options);
        return;
      case 'admit':
        gateway.admit(new PortStream(command.port), command.presented);
        return;
      case 'join':
        void join(command);
        return;
      case 'share':
        gateway.share(command.common);
        return;
      case 'tickets':
        gateway.seedTickets(command.seed);
        return;
      case 'answer':
        questions.answered(command.question, command.answer);
        return;
      case 'close':
        void close(command.request);
    }
  }

  function apply({ change }: GatewayCommand & { kind: 'change' }): void {
    try {
      gateway.apply(change);
    } catch (error) {
      // The gateway has told it as `change-refused`, and denies what it cannot follow.
      if (!(error instanceof KitenError)) throw error;
    }
  }

  async function join({ request, peer, way }: GatewayCommand & { kind: 'join' }): Promise<void> {
    await gateway.join(peer, new RingStream(way.port, way.out, way.incoming));
    report({ kind: 'done', request, address: '', port: 0 });
  }

  async function listen(request: number, options: ListenOptions): Promise<void> {
    try {
      report({ kind: 'done', request, ...(await gateway.listen(options)) });
    } catch (error) {
      report({ kind: 'failed', request, ...described(error) });
    }
  }

  async function close(request: number): Promise<void> {
    await gateway.close();
    report({ kind: 'done', request, address: '', port: 0 });
    port.close();
  }

  port.on('message', handle);
}

function refuseAll(port: MessagePort, error: unknown): void {
  port.on('message', (command: GatewayCommand) => {
    if (command.kind === 'join') command.way.port.close();
    if (command.kind === 'admit') command.port.close();
    if (!('request' in command)) return;
    const { request } = command;
    const isClose = command.kind === 'close';
    port.postMessage(
      isClose
        ? { kind: 'done', request, address: '', port: 0 }
        : { kind: 'failed', request, ...described(error) },
    );
    if (isClose) port.close();
  });
}

function described(error: unknown): { code: string; message: string } {
  if (error instanceof KitenError) return { code: error.code, message: error.message };
  const { code = 'unknown', message } = error as Error & { code?: string };
  return { code: `gateway/listen-${code.toLowerCase().replaceAll('_', '-')}`, message };
}
