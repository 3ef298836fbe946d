import { hexOf, textOf } from '../hash.ts';
import type { ReferenceImage } from '../reference/reference-image.ts';
import type { KernelState, RunningExecutable } from '../runtime/runtime-report.ts';
import { type Conclusion, conclude } from './conclusion.ts';
import type { UnknownFiles } from './judge-files.ts';

/** Whether what runs is what the image has, in memory and on its file system. */
export function judgeProcesses(
  executables: readonly RunningExecutable[],
  images: readonly ReferenceImage[],
  unknownFiles: UnknownFiles,
): Conclusion[] {
  if (!images.some(knowsExecutables)) {
    return [conclude('processes-unjudged', 'processes'), conclude('running-files-unjudged', 'running-files')];
  }
  const strangers = executables.filter((each) => !images.some((image) => approves(image, each)));
  const changed = strangers.find(({ path }) => images.some((image) => knows(image, path)));
  const hidden = strangers.find(({ gone }) => gone);
  return [
    processConclusion({ hidden, changed, unknown: strangers[0], executables, strangers, unknownFiles }),
    fileConclusion(changed, strangers[0], executables.length),
  ];
}

interface Strangers {
  readonly hidden: RunningExecutable | undefined;
  readonly changed: RunningExecutable | undefined;
  readonly unknown: RunningExecutable | undefined;
  readonly executables: readonly RunningExecutable[];
  readonly strangers: readonly RunningExecutable[];
  readonly unknownFiles: UnknownFiles;
}

function processConclusion({ hidden, changed, unknown, executables, strangers, unknownFiles }: Strangers) {
  const count = strangers.length;
  if (hidden !== undefined) return conclude('process-hidden', 'processes', { ...about(hidden), count });
  if (changed !== undefined) return conclude('process-unapproved', 'processes', { ...about(changed), count });
  if (unknown === undefined)
    return conclude('processes-approved', 'processes', { count: executables.length });
  const word = unknownFiles === 'warning' ? 'process-unknown' : 'process-unapproved';
  return conclude(word, 'processes', { ...about(unknown), count });
}

function fileConclusion(
  changed: RunningExecutable | undefined,
  unknown: RunningExecutable | undefined,
  count: number,
): Conclusion {
  if (changed !== undefined) return conclude('running-file-changed', 'running-files', about(changed));
  if (unknown !== undefined) return conclude('running-file-unknown', 'running-files', about(unknown));
  return conclude('running-files-approved', 'running-files', { count });
}

const about = ({ path, digest }: RunningExecutable) => ({
  path: path.slice(0, 200),
  digest: digest === undefined ? '–' : hexOf(textOf(digest)),
});

const knowsExecutables = ({ files, runtime }: ReferenceImage): boolean =>
  files.size > 0 || runtime?.executables !== undefined;

const knows = ({ files, runtime }: ReferenceImage, path: string): boolean =>
  files.knows(path) || runtime?.executables?.knows(path) === true;

function approves({ files, runtime }: ReferenceImage, { path, digest }: RunningExecutable): boolean {
  if (digest === undefined) return false;
  const file = { path, hash: 'sha256', digest: textOf(digest) };
  return files.has(file) || runtime?.executables?.has(file) === true;
}

/**
 * Who sees the memory of what runs. Linux isolates processes and encrypts nothing, so that AR4SI's own affirmation is out
 * of reach; a process that another one traces is laid open to it.
 */
export function judgeMemory(
  executables: readonly RunningExecutable[],
  kernel: KernelState | undefined,
): Conclusion {
  const traced = executables.find((each) => each.traced);
  if (traced !== undefined) return conclude('memory-traced', 'memory', { path: traced.path.slice(0, 200) });
  const scope = kernel?.settings.get('kernel.yama.ptrace_scope') ?? 0;
  return scope > 0 ? conclude('memory-isolated', 'memory') : conclude('memory-unjudged', 'memory');
}
