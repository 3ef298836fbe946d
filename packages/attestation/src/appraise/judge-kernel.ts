import { hexOf, textOf } from '../hash.ts';
import { isAsStrong, type RuntimeReference } from '../runtime/runtime-reference.ts';
import type { KernelModule, KernelState } from '../runtime/runtime-report.ts';
import { taintMarks } from '../runtime/taint.ts';
import { type Conclusion, conclude } from './conclusion.ts';
import type { UnknownFiles } from './judge-files.ts';

/** Whether the kernel is locked down and set as a reference wants it. */
export function judgeKernel(kernel: KernelState, references: readonly RuntimeReference[]): Conclusion {
  if (references.length === 0) return conclude('kernel-unjudged', 'kernel');
  const { lockdown = 'none', release } = kernel;
  const against = references.map((reference) => kernelProblem(kernel, reference));
  if (against.includes(undefined)) return conclude('kernel-approved', 'kernel', { release, lockdown });
  return against[0]!;
}

function kernelProblem(
  { lockdown, settings }: KernelState,
  reference: RuntimeReference,
): Conclusion | undefined {
  if (reference.lockdown !== undefined && !isAsStrong(lockdown, reference.lockdown)) {
    const parameters = { lockdown: lockdown ?? 'none', expected: reference.lockdown };
    return conclude('lockdown-weaker', 'kernel', parameters);
  }
  for (const [setting, expected] of reference.settings) {
    const value = settings.get(setting);
    if (value !== expected) {
      return conclude('setting-differs', 'kernel', { setting, expected, value: value ?? '–' });
    }
  }
  return undefined;
}

/** What the kernel marks itself with, as far as it tells of code that nobody released. */
export function judgeTaint({ taint }: KernelState, references: readonly RuntimeReference[]): Conclusion {
  // Marks that one reference accepts are no sign of what another one forbids: each stands for an image that runs here.
  const accepted = references.map((reference) => reference.taint);
  const marks = (accepted.length === 0 ? [0] : accepted).map((bits) => taintMarks(taint, bits));
  if (marks.some((each) => each.length === 0)) return conclude('kernel-untainted', 'taint', { taint });
  const [first] = marks[0]!;
  const letters = marks[0]!.map(({ letter }) => letter).join(', ');
  return conclude(first!.finding, 'taint', { marks: letters, taint });
}

/** Whether all loaded modules are known, by digest, or by signer where there is none. */
export function judgeModules(
  modules: readonly KernelModule[],
  references: readonly RuntimeReference[],
  unknownFiles: UnknownFiles,
): Conclusion {
  const known = references.flatMap(({ modules: each }) => each ?? []);
  if (known.length === 0) return conclude('modules-unjudged', 'modules');
  let unknown: KernelModule | undefined;
  for (const module of modules) {
    if (known.some((each) => isApproved(module, each.get(module.name)))) continue;
    if (known.some((each) => each.has(module.name)) || unknownFiles === 'contraindicated') {
      return conclude('module-unapproved', 'modules', about(module));
    }
    unknown ??= module;
  }
  if (unknown !== undefined) return conclude('module-unknown', 'modules', about(unknown));
  return conclude('modules-approved', 'modules', { count: modules.length });
}

type ModuleReference =
  NonNullable<RuntimeReference['modules']> extends ReadonlyMap<string, infer Value> ? Value : never;

function isApproved({ digest, signer }: KernelModule, reference: ModuleReference | undefined): boolean {
  if (reference === undefined) return false;
  if (digest !== undefined && reference.digests.size > 0) return reference.digests.has(hexOf(textOf(digest)));
  return signer !== undefined && reference.signers.has(signer);
}

const about = ({ name, digest, signer }: KernelModule) => ({
  module: name.slice(0, 200),
  digest: digest === undefined ? '–' : hexOf(textOf(digest)),
  signer: (signer ?? '–').slice(0, 200),
});
