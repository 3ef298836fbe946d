import { constants, setPriority } from 'node:os';
import { type MessagePort, parentPort } from 'node:worker_threads';
import type { AppraisalMessage } from '../site/attestation/appraisal-task.ts';
import { TaskAppraiser } from '../site/attestation/task-appraiser.ts';

// Logs are replayed and signatures verified here, so that neither messages nor the site wait for it. On Linux a thread
// has a priority of its own: where processors are few, traffic goes first.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

const appraiser = new TaskAppraiser();
const port = parentPort as MessagePort;
port.on('message', (message: AppraisalMessage) => {
  const appraised = appraiser.handle(message);
  if (appraised !== undefined) port.postMessage(appraised);
});
