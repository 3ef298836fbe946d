import type { FindingDefinition } from '@kiten/trust';
import { define, nothingToDo, type Said } from './definition.ts';

const released: Said = [
  'Only code that the image names runs in the kernel.',
  'カーネル内では、イメージにあるコードだけが動いているはずである。',
];
const rebootAndFind: Said = [
  'Reboot into the approved image and find out what loads it. If it belongs there, learn the reference values again (kiten attest learn).',
  '承認済みのイメージで再起動し、何が読み込ませているかを調べる。必要なものであれば、基準値を学習し直す（kiten attest learn）。',
];

/** On the claim `executables`: what runs in the kernel. */
export const kernelDefinitions: readonly FindingDefinition[] = [
  define('kernel-untainted', 'executables', -3, {
    expected: released,
    found: [
      'The kernel carries no mark of foreign or altered code (tainted: {taint}).',
      'カーネルに、外部のコードや改変を示す印はない（tainted の値：{taint}）。',
    ],
    remedy: nothingToDo,
  }),
  define('kernel-module-forced', 'executables', 96, {
    expected: released,
    found: [
      'A module was loaded or unloaded by force, past the kernel’s own checks (marks {marks}, tainted: {taint}).',
      'カーネルの検査を無視して、モジュールが強制的に読み込まれたか取り外された（印：{marks}、tainted の値：{taint}）。',
    ],
    remedy: rebootAndFind,
  }),
  define('kernel-acpi-overridden', 'executables', -97, {
    expected: released,
    found: [
      'An ACPI table of the firmware was replaced while it ran (marks {marks}, tainted: {taint}).',
      '動作中に、ファームウェアの ACPI テーブルが差し替えられた（印：{marks}、tainted の値：{taint}）。',
    ],
    remedy: rebootAndFind,
  }),
  define('kernel-module-unsigned', 'executables', 33, {
    expected: released,
    found: [
      'A module without a valid signature was loaded (marks {marks}, tainted: {taint}).',
      '有効な署名のないモジュールが読み込まれた（印：{marks}、tainted の値：{taint}）。',
    ],
    remedy: rebootAndFind,
  }),
  define('kernel-patched', 'executables', -38, {
    expected: released,
    found: [
      'The running kernel was patched (livepatch; marks {marks}, tainted: {taint}).',
      '動作中のカーネルにパッチが当てられた（livepatch、印：{marks}、tainted の値：{taint}）。',
    ],
    remedy: rebootAndFind,
  }),
  define('kernel-module-foreign', 'executables', -39, {
    expected: released,
    found: [
      'A module was loaded that is not the kernel’s own: built elsewhere, proprietary or from its staging area (marks {marks}, tainted: {taint}).',
      'カーネル本体に属さないモジュール（外部で作られたもの、プロプライエタリ、staging）が読み込まれた（印：{marks}、tainted の値：{taint}）。',
    ],
    remedy: rebootAndFind,
  }),
  define('modules-approved', 'executables', -4, {
    expected: released,
    found: [
      'All {count} loaded modules are approved.',
      '読み込まれている {count} 個のモジュールは、すべて承認済みである。',
    ],
    remedy: nothingToDo,
  }),
  define('modules-unjudged', 'executables', 0, {
    expected: released,
    found: ['There are no reference values for modules.', 'モジュールの基準値がない。'],
    remedy: [
      'Learn them from a device that is known to be good (kiten attest learn).',
      '正常と分かっているデバイスから学習する（kiten attest learn）。',
    ],
  }),
  define('module-unapproved', 'executables', 96, {
    expected: released,
    found: [
      'Module {module} is loaded as no reference value has it (SHA-256 {digest}, signed by {signer}).',
      'モジュール {module} は、基準値のものと異なる（SHA-256 {digest}、署名者 {signer}）。',
    ],
    remedy: rebootAndFind,
  }),
  define('module-unknown', 'executables', 33, {
    expected: released,
    found: [
      'Module {module} is loaded, and nobody knows it (SHA-256 {digest}, signed by {signer}).',
      '基準値にないモジュール {module} が読み込まれている（SHA-256 {digest}、署名者 {signer}）。',
    ],
    remedy: rebootAndFind,
  }),
];
