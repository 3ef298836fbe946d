import { constants, setPriority } from 'node:os';
import { type MessagePort, parentPort } from 'node:worker_threads';
import { KitenError, steadyClock } from '@kiten/codec';
import { nodeVerify } from '@kiten/identity';
import { StreamBoard, type StreamReport, type TapBatch, type TapOrder } from '@kiten/measurement';
import type { StreamCommand, StreamNews } from '../site/measurement/stream-messages.ts';

// Readings are judged here, so that neither messages nor the site wait for it. On Linux a thread has a priority of its own:
// where processors are few, traffic goes first.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

/** Milliseconds between looks at what is due. */
const interval = 250;

const port = parentPort as MessagePort;
const taps = new Set<MessagePort>();
let reports: StreamReport[] = [];
const clock = steadyClock(() => Date.now());
const board = new StreamBoard({ tell: (report) => reports.push(report), verify: nodeVerify });

const timer = setInterval(() => {
  board.look(clock.now());
  handOver();
}, interval);
port.on('message', (command: StreamCommand) => {
  handle(command);
  handOver();
});
port.on('close', () => {
  clearInterval(timer);
  for (const tap of taps) tap.close();
});

function handOver(): void {
  if (reports.length === 0) return;
  say({ kind: 'reports', reports });
  reports = [];
}

function handle(command: StreamCommand): void {
  switch (command.kind) {
    case 'tap':
      open(command.tap);
      return;
    case 'declare':
      board.declare(command.declarations);
      for (const tap of taps) tellFilters(tap);
      return;
    case 'put':
      try {
        board.put(command.known);
      } catch (error) {
        if (!(error instanceof KitenError)) throw error;
        say({ kind: 'failed', stream: command.known.stream, code: error.code, message: error.message });
      }
      return;
    case 'stop-learning':
      board.find(command.stream)?.stopLearning();
      return;
    case 'restate':
      board.find(command.stream)?.restate();
      return;
    case 'keys':
      board.trustKeys(command.device, command.keys);
      return;
    case 'ask':
      answer(command);
  }
}

/** Messages of one worker of the gateway; a port closes with its worker. */
function open(tap: MessagePort): void {
  const inlet = board.inlet();
  taps.add(tap);
  tap.on('message', (batch: TapBatch) => {
    inlet.take(batch);
    tap.postMessage({ kind: 'room', buffer: batch.buffer } satisfies TapOrder, [batch.buffer]);
    handOver();
  });
  tap.on('close', () => taps.delete(tap));
  tellFilters(tap);
}

function tellFilters(tap: MessagePort): void {
  tap.postMessage({ kind: 'filters', filters: board.filters } satisfies TapOrder);
}

function answer({ question, stream }: StreamCommand & { kind: 'ask' }): void {
  const one = stream === undefined ? undefined : board.find(stream);
  const asked = stream === undefined ? [...board.all()] : one === undefined ? [] : [one];
  const streams = new Map(asked.map((watched) => [watched.stream, watched.gauges]));
  const state = { board: board.gauges, streams, ...(one === undefined ? {} : { excerpt: one.excerpt() }) };
  say({ kind: 'answer', question, state });
}

function say(news: StreamNews): void {
  port.postMessage(news);
}
