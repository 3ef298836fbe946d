import type { FindingDefinition } from '@kiten/trust';
import { define, nothingToDo, type Said } from './definition.ts';

const approved: Said = [
  'Every process runs an executable as its reference values name it.',
  'どのプロセスも、基準値のとおりの実行ファイルを動かしているはずである。',
];
const approvedFiles: Said = [
  'The files of what runs are as the reference values name them.',
  '実行中のファイルは、基準値のとおりのはずである。',
];
const apart: Said = [
  'No process sees the memory of another.',
  'どのプロセスも、他のプロセスのメモリを読めないはずである。',
];
const learn: Said = [
  'Learn them from a device that is known to be good (kiten attest learn).',
  '正常と分かっているデバイスから学習する（kiten attest learn）。',
];
const approveOrRemove: Said = [
  'If it belongs there, learn the reference values again (kiten attest learn); otherwise find out who started it and reboot into the approved image.',
  '必要なものであれば、基準値を学習し直す（kiten attest learn）。そうでなければ、誰が起動したかを調べ、承認済みのイメージで再起動する。',
];

/** On the claims `executables`, `file-system` and `runtime-opaque`: what the processes run, and who sees into them. */
export const processDefinitions: readonly FindingDefinition[] = [
  define('processes-approved', 'executables', -5, {
    expected: approved,
    found: [
      'All {count} executables that ran at the time of the report are approved.',
      '報告の時点で動いていた {count} 個の実行ファイルは、すべて承認済みである。',
    ],
    remedy: nothingToDo,
  }),
  define('processes-unjudged', 'executables', 0, {
    expected: approved,
    found: ['There are no reference values for executables.', '実行ファイルの基準値がない。'],
    remedy: learn,
  }),
  define('process-unapproved', 'executables', 96, {
    expected: approved,
    found: [
      '{path} runs as it should not (SHA-256 {digest}); {count} such executables.',
      '{path}（SHA-256 {digest}）が承認されていないまま動いている。同様のもの {count} 個。',
    ],
    remedy: approveOrRemove,
  }),
  define('process-hidden', 'executables', -111, {
    expected: approved,
    found: [
      '{path} runs without a file: it was deleted or lives in memory only, and is not approved (SHA-256 {digest}); {count} such executables.',
      '{path}（SHA-256 {digest}）は、削除されたかメモリ上にしかない未承認の実行ファイルである。同様のもの {count} 個。',
    ],
    remedy: approveOrRemove,
  }),
  define('process-unknown', 'executables', 33, {
    expected: approved,
    found: [
      '{path} runs, and nobody knows it (SHA-256 {digest}); {count} such executables.',
      '基準値にない {path}（SHA-256 {digest}）が動いている。同様のもの {count} 個。',
    ],
    remedy: approveOrRemove,
  }),
  define('running-files-approved', 'file-system', -2, {
    expected: approvedFiles,
    found: ['All {count} are.', '{count} 個すべてが基準値のとおりである。'],
    remedy: nothingToDo,
  }),
  define('running-files-unjudged', 'file-system', 0, {
    expected: approvedFiles,
    found: ['There are no reference values for them.', 'その基準値がない。'],
    remedy: learn,
  }),
  define('running-file-changed', 'file-system', 96, {
    expected: approvedFiles,
    found: [
      '{path} is not as released: what runs has SHA-256 {digest}.',
      '{path} は公開時のものではない。動いているものの SHA-256 は {digest}。',
    ],
    remedy: approveOrRemove,
  }),
  define('running-file-unknown', 'file-system', 32, {
    expected: approvedFiles,
    found: [
      '{path} is in no reference values (SHA-256 {digest}).',
      '{path}（SHA-256 {digest}）は基準値にない。',
    ],
    remedy: approveOrRemove,
  }),
  define('memory-isolated', 'runtime-opaque', -32, {
    expected: apart,
    found: [
      'The kernel keeps processes apart (ptrace_scope), and none is traced. Memory is not encrypted: the kernel and the hardware see it.',
      'カーネルがプロセスを隔離しており（ptrace_scope）、追跡されているものはない。メモリは暗号化されておらず、カーネルとハードウェアからは見える。',
    ],
    remedy: nothingToDo,
  }),
  define('memory-unjudged', 'runtime-opaque', 0, {
    expected: apart,
    found: [
      'None is traced at the moment; the kernel would allow it (kernel.yama.ptrace_scope is 0 or unknown).',
      '現時点で追跡されているものはないが、カーネルはそれを許している（kernel.yama.ptrace_scope が 0 または不明）。',
    ],
    remedy: ['Set kernel.yama.ptrace_scope to 1 or more.', 'kernel.yama.ptrace_scope を 1 以上にする。'],
  }),
  define('memory-traced', 'runtime-opaque', 96, {
    expected: apart,
    found: [
      'Another process reads the memory of {path} and steers it (ptrace).',
      '別のプロセスが {path} のメモリを読み、動作を操っている（ptrace）。',
    ],
    remedy: [
      'Find out who traces it: a debugger has no place on a device in service. Set kernel.yama.ptrace_scope to 2 or 3.',
      '誰が追跡しているかを調べる。稼働中のデバイスにデバッガーは不要である。kernel.yama.ptrace_scope を 2 か 3 にする。',
    ],
  }),
];
