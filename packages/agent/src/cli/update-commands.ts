import type { Image } from '../update/image.ts';
import { openKeeper, openUpdates } from '../update/open-updater.ts';
import { runUpdates } from '../update/run-updates.ts';
import type { UpdateStatus } from '../update/status.ts';
import { updateStatus } from '../update/status.ts';
import type { Checked } from '../update/updater.ts';
import { type Command, exitCodes } from './command.ts';
import { showEvent } from './output.ts';

/** What the device runs, and how it gets to run something else. */
export const updateCommands: Readonly<Record<string, Command>> = {
  async 'update check'(host, given, { output }) {
    using updates = await openUpdates(host);
    return output.say(given.json, await updates.updater.check(), showChecked);
  },
  async 'update install'(host, given, { output }) {
    using updates = await openUpdates(host);
    const { updater, keeper } = updates;
    const checked = await updater.check();
    if (checked.assigned === undefined) return output.say(given.json, checked, showChecked);
    await updater.install(checked.assigned);
    return output.say(given.json, await updateStatus(keeper), showUpdateStatus);
  },
  async 'update confirm'(host, given, { output }) {
    using updates = await openUpdates(host);
    const { updater, keeper } = updates;
    await updater.confirm();
    return output.say(given.json, await updateStatus(keeper), showUpdateStatus);
  },
  async 'update status'(host, given, { output }) {
    return output.say(given.json, await updateStatus(await openKeeper(host)), showUpdateStatus);
  },
  async 'update run'(host, given, { output, stop }) {
    await runUpdates(host, (event) => output.say(given.json, event, showEvent), stop);
    return exitCodes.done;
  },
};

const showImage = ({ path, releaseCounter, length }: Image): string =>
  `${path}, release ${releaseCounter}, ${length} octets`;

function showChecked({ assigned, trial }: Checked): string {
  if (trial !== 'none') return 'An image is on trial: confirm it, or it is given up in time.';
  return assigned === undefined
    ? 'There is nothing to be installed.'
    : `To be installed: ${showImage(assigned.image)}.`;
}

function showUpdateStatus({ running, slots, releaseCounter, attempt }: UpdateStatus): string {
  const lines = Object.entries(slots).map(([slot, image]) => `  slot ${slot}: ${showImage(image)}`);
  return [
    `The device runs from ${running === null ? 'no slot' : `slot ${running}`}; release ${releaseCounter} is confirmed.`,
    ...lines,
    ...(attempt === null ? [] : [`  ${attempt.image.path} in slot ${attempt.slot}: ${attempt.phase}`]),
  ].join('\n');
}
