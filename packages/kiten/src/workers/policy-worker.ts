import { type MessagePort, parentPort } from 'node:worker_threads';
import { KitenError } from '@kiten/codec';
import { type PolicyAnswers, type PolicyTask, PolicyWork } from '../site/policy-work.ts';

/** What came of a task. An error of ours crosses threads as its parts. */
export type PolicyResult =
  | { readonly answer: PolicyAnswers[PolicyTask['kind']] }
  | { readonly refused: Required<Pick<KitenError, 'code' | 'message' | 'detail'>> };

/** Proving takes as long as the policies are hard. Here it holds up neither messages nor the site. */
const work = new PolicyWork();
const port = parentPort as MessagePort;
port.on('message', (task: PolicyTask) => port.postMessage(done(task)));

function done(task: PolicyTask): PolicyResult {
  try {
    return { answer: work.do(task) };
  } catch (error) {
    if (!(error instanceof KitenError)) throw error;
    const { code, message, detail = {} } = error;
    return { refused: { code, message, detail } };
  }
}
