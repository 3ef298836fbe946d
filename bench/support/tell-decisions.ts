// Loaded into a site beside its program: tells on file descriptor 3 when a change of a device leaves the part that
// decides for the gateway. The moment is the monotonic clock's, which all processes of a machine share.
import { writeSync } from 'node:fs';
import { isMainThread, Worker } from 'node:worker_threads';

/** A change as the site posts it, bare or within a command. */
interface Posted {
  readonly kind?: string;
  readonly device?: { readonly id: string; readonly standing: string };
  readonly change?: Posted;
}

if (isMainThread) {
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (this: Worker, ...posted: Parameters<typeof post>) {
    const at = process.hrtime.bigint();
    post.apply(this, posted);
    const message = posted[0] as Posted;
    const change = message.change ?? message;
    if (change.kind !== 'device' || change.device === undefined) return;
    const { id, standing } = change.device;
    writeSync(3, `${JSON.stringify({ device: id, standing, at: String(at) })}\n`);
  };
}
