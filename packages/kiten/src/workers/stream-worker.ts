import { constants, setPriority } from 'node:os';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { KitenError, steadyClock } from '@kiten/codec';
import { nodeVerify } from '@kiten/identity';
import {
  Discovery,
  type Sample,
  StreamBoard,
  type StreamReport,
  type TapBatch,
  type TapOrder,
} from '@kiten/measurement';
import { LessonFiles } from '../site/measurement/lesson-files.ts';
import type { StreamCommand, StreamNews, StreamWorkerData } from '../site/measurement/stream-messages.ts';

// Readings are judged here, so that neither messages nor the site wait for it. On Linux a thread has a priority of its own:
// where processors are few, traffic goes first.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

/** Milliseconds between looks at what is due. */
const interval = 250;
/** Milliseconds between two times that something of what was found is kept. */
const keeping = 10_000;

const port = parentPort as MessagePort;
const taps = new Set<MessagePort>();
let reports: StreamReport[] = [];
const clock = steadyClock(() => Date.now());
const board = new StreamBoard({ tell: (report) => reports.push(report), verify: nodeVerify });
const lessons = new LessonFiles((workerData as StreamWorkerData).lessons, (stream, { message }) =>
  say({ kind: 'failed', stream, code: 'kiten/lesson-unkept', message }),
);
/** A stream has a slash in its name, and a relation none. */
const learnerOf = (name: string) => board.find(name) ?? board.relations.find(name);
const lessonOf = (name: string) => learnerOf(name)?.lesson;
const discovery = new Discovery({
  verify: nodeVerify,
  askKeys: (device) => say({ kind: 'keys-asked', device }),
});
let missed = 0;
let keptAt = clock.now();

const timer = setInterval(() => {
  const now = clock.now();
  board.look(now);
  handOver();
  lessons.look(lessonOf, now);
  if (now - keptAt >= keeping) keepFound(now);
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

function keepFound(now: number, isLast = false): void {
  keptAt = now;
  const change = discovery.change(now, isLast);
  if (change.gone.length > 0 || change.kept.length > 0) say({ kind: 'found', change });
}

function handle(command: StreamCommand): void {
  switch (command.kind) {
    case 'tap':
      open(command.tap);
      return;
    case 'declare':
      board.declare(command.declarations);
      discovery.leaveOut((device, topic) => board.isDeclared(device, topic));
      lessons.keepOnly((name) => learnerOf(name) !== undefined);
      for (const tap of taps) tellFilters(tap);
      return;
    case 'put':
      put(command.known.stream, () => board.put(command.known), command);
      return;
    case 'forget':
      board.forget(command.stream);
      lessons.forget(command.stream);
      return;
    case 'asked-keys':
      discovery.trustKeys(command.device, command.keys);
      return;
    case 'recall':
      discovery.recall(command.found);
      return;
    case 'wake':
      return;
    case 'all':
      lessons.sweep();
      return;
    case 'lesson-over':
      lessons.forget(command.of);
      return;
    case 'stop-lesson':
      learnerOf(command.of)?.stopLearning();
      lessons.forget(command.of);
      return;
    case 'relate':
      put(command.known.id, () => board.relations.put(command.known), command);
      // It may have been declared anew.
      if (command.known.lesson === undefined) lessons.forget(command.known.id);
      return;
    case 'unrelate':
      board.relations.forget(command.relation);
      lessons.forget(command.relation);
      return;
    case 'attested':
      board.relations.attest(command.device, command.says);
      return;
    case 'restate':
      board.find(command.stream)?.restate();
      board.relations.restate(command.stream);
      return;
    case 'keys':
      board.trustKeys(command.device, command.keys);
      return;
    case 'ask':
      answer(command);
      return;
    case 'stop':
      void stop();
  }
}

/** A stream or a relation that is known of, with its lesson if it has one. */
function put(
  name: string,
  onBoard: () => void,
  { known, resumes = false }: StreamCommand & { kind: 'put' | 'relate' },
): void {
  try {
    onBoard();
  } catch (error) {
    if (!(error instanceof KitenError)) throw error;
    say({ kind: 'failed', stream: name, code: error.code, message: error.message });
  }
  const lesson = known.lesson === undefined ? undefined : lessonOf(name);
  if (lesson === undefined) return;
  if (resumes) lessons.resume(name, lesson);
  else lessons.begin(name, lesson);
}

/** What came by the taps is judged first; then what was gathered is kept. */
async function stop(): Promise<void> {
  clearInterval(timer);
  for (const tap of taps) tap.close();
  board.look(clock.now());
  board.close();
  handOver();
  keepFound(clock.now(), true);
  await lessons.settle(lessonOf);
  port.close();
}

/** Messages of one worker of the gateway; a port closes with its worker. */
function open(tap: MessagePort): void {
  const inlet = board.inlet();
  taps.add(tap);
  tap.on('message', (batch: TapBatch | { readonly kind: 'samples'; readonly samples: readonly Sample[] }) => {
    if (batch.kind === 'samples') {
      for (const sample of batch.samples) discovery.take(sample);
      tap.postMessage({ kind: 'more' } satisfies TapOrder);
      return;
    }
    inlet.take(batch);
    const { dropped } = board.gauges;
    if (dropped > missed) say({ kind: 'missed', messages: dropped - missed });
    missed = dropped;
    tap.postMessage({ kind: 'room', buffer: batch.buffer } satisfies TapOrder, [batch.buffer]);
    handOver();
  });
  tap.on('close', () => taps.delete(tap));
  tellFilters(tap);
}

function tellFilters(tap: MessagePort): void {
  tap.postMessage({ kind: 'filters', filters: board.filters } satisfies TapOrder);
}

function answer({ question, stream, relation, found }: StreamCommand & { kind: 'ask' }): void {
  const one = stream === undefined ? undefined : board.find(stream);
  const isOfAll = stream === undefined && relation === undefined && found === undefined;
  const all = isOfAll ? [...board.all()] : [];
  const asked = one === undefined ? all : [one];
  const streams = new Map(asked.map((watched) => [watched.stream, watched.gauges]));
  const relations = board.relations.gauges;
  const course = relation === undefined ? undefined : board.relations.course(relation);
  const state = {
    board: board.gauges,
    streams,
    relations,
    ...(one === undefined ? {} : { excerpt: one.excerpt(), units: one.units.now }),
    ...(course === undefined ? {} : { course }),
    ...(found ? { found: discovery.found(new Set(board.declarations), clock.now()) } : {}),
  };
  say({ kind: 'answer', question, state });
}

function say(news: StreamNews): void {
  port.postMessage(news);
}
