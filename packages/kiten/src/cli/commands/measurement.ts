import type { Command } from 'commander';
import type { Environment } from '../environment.ts';
import { activeCommand } from './measurement-active.ts';
import { blindSpotCommand } from './measurement-blind-spot.ts';
import { cameraCommand } from './measurement-camera.ts';
import { crossCommands } from './measurement-cross.ts';
import { detectCommand } from './measurement-detect.ts';
import { effectCommand } from './measurement-effect.ts';
import { explainCommand } from './measurement-explain.ts';
import { flightCommand } from './measurement-flight.ts';
import { inertialCommand } from './measurement-inertial.ts';
import { learnCommand } from './measurement-learn.ts';
import { lidarCommand } from './measurement-lidar.ts';
import { receiverCommand } from './measurement-receiver.ts';
import { relationCommands } from './measurement-relation.ts';
import { scoreCommand } from './measurement-score.ts';
import { simulateCommand } from './measurement-simulate.ts';
import { streamCommands } from './measurement-stream.ts';
import { voiceCommand } from './measurement-voice.ts';

/** Whether readings can be believed, from and to files without a site, and inside of one. */
export function measurementCommands(program: Command, environment: Environment): void {
  const measurement = program
    .command('measurement')
    .description('readings of sensors: learn what is normal, find what is not, and say what a lie would do');
  learnCommand(measurement);
  detectCommand(measurement);
  scoreCommand(measurement);
  effectCommand(measurement);
  blindSpotCommand(measurement);
  explainCommand(measurement);
  crossCommands(measurement);
  simulateCommand(measurement);
  flightCommand(measurement);
  receiverCommand(measurement);
  inertialCommand(measurement);
  lidarCommand(measurement);
  voiceCommand(measurement);
  activeCommand(measurement);
  cameraCommand(measurement);
  streamCommands(measurement, environment);
  relationCommands(measurement, environment);
}
