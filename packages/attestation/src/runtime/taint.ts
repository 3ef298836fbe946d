/** A bit of /proc/sys/kernel/tainted that tells of code that nobody released (kernel documentation, tainted-kernels). */
export interface TaintMark {
  readonly bit: number;
  readonly letter: string;
  /** Under which finding it falls. */
  readonly finding: string;
}

/** What the other bits tell of, warnings, crashes and machine errors, says nothing about whose code runs. */
const marks: readonly TaintMark[] = [
  { bit: 1, letter: 'F', finding: 'kernel-module-forced' },
  { bit: 3, letter: 'R', finding: 'kernel-module-forced' },
  { bit: 8, letter: 'A', finding: 'kernel-acpi-overridden' },
  { bit: 13, letter: 'E', finding: 'kernel-module-unsigned' },
  { bit: 15, letter: 'K', finding: 'kernel-patched' },
  { bit: 0, letter: 'P', finding: 'kernel-module-foreign' },
  { bit: 10, letter: 'C', finding: 'kernel-module-foreign' },
  { bit: 12, letter: 'O', finding: 'kernel-module-foreign' },
];

/** The marks that are set and not accepted, the worst first. */
export const taintMarks = (taint: number, accepted: number): readonly TaintMark[] =>
  marks.filter(({ bit }) => isSet(taint, bit) && !isSet(accepted, bit));

/** Bits from 31 on are beyond the operators of the language. */
const isSet = (bits: number, bit: number): boolean => Math.floor(bits / 2 ** bit) % 2 === 1;
