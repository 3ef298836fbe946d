import { makeKey } from '../support/keys.ts';
import { signatureLine } from '../support/note.ts';
import { now } from '../support/world.ts';
import { bytes, type Case, type Cases, people, signed } from './case.ts';

const withLine = (line: string): Case => ({
  change: ({ parts }) => ({ checkpoint: `${parts.checkpoint}${line}` }),
});

/** What is wrong with the checkpoint. */
export const checkpointCases: Cases = {
  'checkpoint-malformed': {
    'no signature lines': { change: ({ note }) => ({ checkpoint: `${note}\n` }) },
    'no empty line': { change: ({ note }) => ({ checkpoint: note }) },
    nothing: { change: () => ({ checkpoint: '' }) },
    'no newline at its end': {
      change: ({ parts }) => ({ checkpoint: String(parts.checkpoint).slice(0, -1) }),
    },
    'a control character': signed((note) => note.replace('kiten.time', 'x\tkiten\nkiten.time')),
    'no origin': signed((note) => note.slice(note.indexOf('\n'))),
    'a size with a leading zero': signed((note) => note.replace('\n41\n', '\n041\n')),
    'a size beyond 2^53 − 1': signed((note) => note.replace('\n41\n', '\n9007199254740992\n')),
    'a root that is too short': signed((note) => note.replace(/\n41\n.*\n/, '\n41\nAAAA\n')),
    'a root that is not canonical': signed((note) => note.replace(/\n41\n(.*)..\n/, '\n41\n$1B=\n')),
    'no time': signed((note) => note.replace(/kiten.time.*\n/, '')),
    'no marks': signed((note) => note.replace(/kiten.marks.*\n/, 'x\n')),
    'two times': signed((note) => `${note}kiten.time ${now}\n`),
    'two times, one of which is none': signed((note) => `${note}kiten.time soon\n`),
    'a time with more behind it': signed((note) => note.replace(/(kiten.time .*)\n/, '$1 0\n')),
    'a time with a leading zero': signed((note) => note.replace('kiten.time ', 'kiten.time 0')),
    'two marks': signed((note) => note.replace(/(kiten.marks.*\n)/, '$1$1')),
    'marks without a root': signed((note) => note.replace(/(kiten.marks \d+).*\n/, '$1\n')),
    'an empty line between': signed((note) => note.replace('kiten.time', '\nkiten.time')),
    'a signature line without a name': withLine('— AAAAAAA=\n'),
    'a signature line with a plus sign in its name': withLine('— a+b AAAAAAA=\n'),
    'a signature line with more behind it': withLine('— a AAAAAAA= b\n'),
    'a signature line with a hyphen': withLine('- a AAAAAAA=\n'),
    'a signature that is not base64': withLine('— a AAAA?AA=\n'),
    'a signature that is not canonical': withLine('— a AAAAAAB=\n'),
    'a signature of four bytes': withLine('— a AAAAAA==\n'),
    '65 signature lines': withLine('— a AAAAAAA=\n'.repeat(62)),
  },
  'log-unknown': {
    'the origin of another log': signed((note) => note.replace('plant-7.example/log', 'plant-8.example/log')),
  },
  'checkpoint-signature': {
    'nobody of the log': { change: ({ note, sign }) => ({ checkpoint: sign(note, ...people.witnesses) }) },
    'another key under its name': {
      change: ({ note, sign }) => ({
        checkpoint: sign(note, { ...people.log, key: makeKey('EdDSA') }, ...people.witnesses),
      }),
    },
    'a text changed after signing': {
      change: ({ parts }) => ({ checkpoint: String(parts.checkpoint).replace('\n41\n', '\n42\n') }),
    },
    'a second line of the log that does not verify': {
      change: ({ parts, note }) => ({
        checkpoint: `${parts.checkpoint}${signatureLine(people.log, `${note}x\n`, { origin: '', size: 0, root: bytes(32) })}`,
      }),
    },
    'a signature that is too short': {
      change: ({ parts }) => ({
        checkpoint: String(parts.checkpoint).replace(/(— plant-7.example\/log .{80}).*\n/, '$1\n'),
      }),
    },
  },
  'checkpoint-witnesses': {
    'one of two that are demanded': {
      change: ({ note, sign }) => ({ checkpoint: sign(note, people.log, people.witnesses[0]!) }),
    },
    'one of them twice': {
      change: ({ note, sign }) => ({
        checkpoint: sign(note, people.log, people.witnesses[0]!, people.witnesses[0]!),
      }),
    },
    'a named one whose line does not verify, even if none is demanded': {
      trust: { threshold: 0 },
      change: ({ note, sign }) => ({
        checkpoint:
          sign(note, people.log) +
          sign(note.replace('41', '40'), people.witnesses[0]!).slice(note.length + 1),
      }),
    },
    'a time changed after cosigning': {
      change: ({ parts }) => ({
        checkpoint: String(parts.checkpoint).replace(/(— witness-1.example .{10})./, '$1A'),
      }),
    },
    'a time beyond 2^63 − 1': {
      change: ({ parts }) => ({ checkpoint: lateCosignature(String(parts.checkpoint)) }),
    },
    'a time and no signature': {
      trust: { threshold: 0 },
      change: ({ parts }) => ({
        checkpoint: String(parts.checkpoint).replace(/(— witness-2.example .{8}).*\n/, '$1\n'),
      }),
    },
  },
  'checkpoint-from-the-future': { 'a minute and more ahead': { options: { time: now + 60_001 } } },
  'checkpoint-stale': { 'a day and more old': { options: { time: now - 86_400_001 } } },
};

/** The cosignature of the first witness, its time's highest bit set. */
function lateCosignature(checkpoint: string): string {
  return checkpoint.replace(/(— witness-1.example )(.*)/, (_, start: string, encoded: string) => {
    const line = Buffer.from(encoded, 'base64');
    line[4] = 0x80;
    return start + line.toString('base64');
  });
}
