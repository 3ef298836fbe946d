import type { Command } from 'commander';
import { detectCommand } from './measurement-detect.ts';
import { learnCommand } from './measurement-learn.ts';
import { scoreCommand } from './measurement-score.ts';

/** Whether readings can be believed, from and to files: no site is needed. */
export function measurementCommands(program: Command): void {
  const measurement = program
    .command('measurement')
    .description('readings of sensors: learn what is normal, find what is not, and say how good that was');
  learnCommand(measurement);
  detectCommand(measurement);
  scoreCommand(measurement);
}
