// The load generator, a thread of the benchmark: takes a job, does it, says what came out.
import { type MessagePort, parentPort } from 'node:worker_threads';
import type { Job, Outcome } from '../workload.ts';
import { connects } from './connects.ts';
import { flow } from './flow.ts';
import { pace } from './pace.ts';

const port = parentPort as MessagePort;

port.on('message', (job: Job) => {
  void run(job).then((outcome) => port.postMessage(outcome));
});

function run(job: Job): Promise<Outcome> {
  const { workload } = job;
  switch (workload.kind) {
    case 'flow':
      return flow(job, workload);
    case 'pace':
      return pace(job, workload);
    case 'connects':
      return connects(job, workload);
  }
}
