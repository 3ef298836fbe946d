// Checks what it is handed, in a thread whose memory is bounded.
import { parentPort, workerData } from 'node:worker_threads';
import { checkPolicyCertificate } from '../../../src/policy/check.ts';

parentPort!.postMessage(checkPolicyCertificate(workerData));
