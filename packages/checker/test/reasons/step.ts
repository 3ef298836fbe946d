import { sha256 } from '../support/keys.ts';
import { now } from '../support/world.ts';
import { byRules, bytes, type Cases, ruleWith, said, stepsWith, usual } from './case.ts';

/** What is wrong with steps. */
export const stepCases: Cases = {
  'step-malformed': {
    'a rule that there is not': { change: stepsWith('the verdict', ([, ...rest]) => [7, ...rest]), step: 7 },
    'a negative rule': { change: stepsWith('the verdict', ([, ...rest]) => [-1, ...rest]), step: 7 },
    'a premise too little': { change: stepsWith('the verdict', (step) => step.slice(0, -1)), step: 7 },
    'a premise too much': { change: stepsWith('the verdict', (step) => [...step, 0]), step: 7 },
  },
  'step-premise': {
    itself: {
      change: stepsWith('the verdict', (step) => step.with(1, usual.parts.leaves.length + 1 + 7)),
      step: 7,
    },
    'a node that there is not': { change: stepsWith('the verdict', (step) => step.with(1, 2047)), step: 7 },
    'a negative one': { change: stepsWith('the verdict', (step) => step.with(1, -1)), step: 7 },
    'one far away': {
      change: stepsWith('the verdict', (step) => step.with(1, Number.MAX_SAFE_INTEGER)),
      step: 7,
    },
  },
  'step-mismatch': {
    'an atom of another predicate': { change: stepsWith('the verdict', (step) => step.with(1, 0)), step: 7 },
    'an atom of another length': {
      ...byRules(
        ruleWith(
          'nothing is counted yet',
          ['tally', ['S'], 0, bytes(8), 0],
          [['absent', 'subject', ['S'], 1]],
        ),
      ),
      step: 1,
    },
    'a bound variable that is another': {
      options: said('second', { atoms: [['finding', 'device:pump-2', 1, 'executables', -20, now]] }),
      step: 3,
    },
    'a text in place of the same bytes': {
      options: said('appointment', {
        atoms: [
          ['appoints', 'x'],
          ['withdrew', 'device:pump-1', bytes(32)],
        ],
      }),
      step: 0,
    },
    'a join with a value that is no byte': {
      options: said('first', { atoms: [['finding', 'device:pump-1', 0, 'hardware', 128, now]] }),
      step: 2,
    },
    'a join with a claim that there is not': {
      options: said('first', { atoms: [['finding', 'device:pump-1', 0, 'software', 2, now]] }),
      step: 2,
    },
    'a count beyond the last': {
      ...byRules(
        ruleWith(
          'nothing is counted yet',
          ['tally', ['S'], Number.MAX_SAFE_INTEGER, bytes(8), 0],
          [['absent', 'subject', ['S']]],
        ),
      ),
      options: said('first', {
        atoms: [['finding', 'device:pump-1', Number.MAX_SAFE_INTEGER, 'hardware', 2, now]],
      }),
      step: 2,
    },
    'a vector of seven bytes': {
      ...byRules(
        ruleWith('nothing is counted yet', ['tally', ['S'], 0, bytes(7), 0], [['absent', 'subject', ['S']]]),
      ),
      step: 2,
    },
    'an input that is not bound': {
      ...byRules(
        ruleWith(
          'nothing is counted yet',
          ['tally', ['S'], 0, bytes(8), 0],
          [
            ['=next', ['N'], ['O']],
            ['absent', 'subject', ['S']],
          ],
        ),
      ),
      step: 1,
    },
    'an output that is another': {
      ...byRules(
        ruleWith(
          'nothing is counted yet',
          ['tally', ['S'], 0, bytes(8), 0],
          [
            ['=least', 3, 2, 3],
            ['absent', 'subject', ['S']],
          ],
        ),
      ),
      step: 1,
    },
    'a mask of nine bits': {
      options: said('judgement', {
        atoms: [
          [
            'judged',
            'device:pump-1',
            7,
            sha256(Buffer.from('device:pump-1')),
            'admitted',
            'pumps',
            256,
            3,
            now - 1000,
          ],
        ],
      }),
      step: 7,
    },
  },
  'step-unbound': {
    'a variable that only the head has': {
      ...byRules(
        ruleWith('nothing is counted yet', ['tally', ['S'], 0, ['V'], 0], [['absent', 'subject', ['S']]]),
      ),
      step: 1,
    },
  },
};
