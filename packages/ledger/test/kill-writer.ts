// A program that the kill tests end at any moment: appends from many writers, publishes and signs anew all the time,
// attaches signatures to each checkpoint, and reports on stdout what it was told is safe.
import { writeSync } from 'node:fs';
import { parseCheckpoint, signNote } from '../src/index.ts';
import { openTestLedger, testSigner } from './open-test-ledger.ts';

const [directory = '', writers = '1', segmentBytes = '200000'] = process.argv.slice(2);
const witness = testSigner(7);
let signed = 0;

const ledger = await openTestLedger(directory, {
  publishInterval: 4,
  refreshInterval: 0,
  segmentBytes: Number(segmentBytes),
  extensions: () => [`signature ${signed++} of run ${process.pid}`],
  onCheckpoint: ({ text }) => writeSync(1, `checkpoint ${JSON.stringify(text)}\n`),
});
writeSync(1, `open ${ledger.size}\n`);

async function cosign(): Promise<void> {
  for (let count = 0; ; count += 1) {
    const text = ledger.checkpoint();
    const { note, size } = parseCheckpoint(Buffer.from(text));
    const line = signNote(note.text, `witness-${count % 3}.example`, witness)
      .split('\n\n')[1]!
      .trimEnd();
    if (await ledger.attach([line], size, text)) writeSync(1, `attached ${size}\n`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function write(writer: number): Promise<never> {
  for (let count = 0; ; count += 1) {
    const text = `writer ${writer} run ${process.pid} count ${count} ${'x'.repeat((count * 7) % 300)}`;
    const index = await ledger.append(Buffer.from(text));
    writeSync(1, `${index} ${text}\n`);
  }
}

await Promise.all([cosign(), ...Array.from({ length: Number(writers) }, (_, writer) => write(writer))]);
