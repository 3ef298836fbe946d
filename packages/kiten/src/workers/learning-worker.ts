import { constants, setPriority } from 'node:os';
import { type MessagePort, parentPort } from 'node:worker_threads';
import { KitenError } from '@kiten/codec';
import { encodeCrossProfile, encodeProfile, learn, learnJoint } from '@kiten/measurement';
import type { LearningResult, LearningTask } from '../site/measurement/stream-messages.ts';

// Learning takes seconds, and nobody waits for it.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);

const port = parentPort as MessagePort;
port.on('message', (task: LearningTask) => port.postMessage(done(task)));

function done({ frame, alarmsPerDay, relation }: LearningTask): LearningResult {
  try {
    if (relation === undefined) return { profile: encodeProfile(learn(frame, { alarmsPerDay })) };
    const { checks, ...joining } = relation;
    return { profile: encodeCrossProfile(learnJoint(joining, frame, { alarmsPerDay, checks })) };
  } catch (error) {
    if (!(error instanceof KitenError)) throw error;
    return { refused: { code: error.code, message: error.message } };
  }
}
