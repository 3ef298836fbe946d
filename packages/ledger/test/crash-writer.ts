// A program that the crash tests kill: appends from several writers and reports each acknowledgement on stdout.
import { writeSync } from 'node:fs';
import { openTestLedger } from './open-test-ledger.ts';

const [directory = '', writers = '1', segmentBytes = '65536'] = process.argv.slice(2);
const ledger = await openTestLedger(directory, { publishInterval: 15, segmentBytes: Number(segmentBytes) });
writeSync(1, `open ${ledger.size}\n`);

async function write(writer: number): Promise<void> {
  for (let count = 0; ; count += 1) {
    const text = `writer ${writer} run ${process.pid} count ${count} ${'x'.repeat((count * 7) % 300)}`;
    try {
      const index = await ledger.append(Buffer.from(text));
      writeSync(1, `${index} ${text}\n`);
    } catch (error) {
      writeSync(1, `refused ${Reflect.get(Object(error), 'code')}\n`);
      return;
    }
  }
}

await Promise.all(Array.from({ length: Number(writers) }, (_, writer) => write(writer)));
try {
  await ledger.close();
  writeSync(1, 'closed\n');
} catch (error) {
  writeSync(1, `close-failed ${Reflect.get(Object(error), 'code')}\n`);
}
