import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A directory with what of a device’s files matters. */
export class DeviceFolder implements AsyncDisposable {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  static async create(files: Readonly<Record<string, string | Buffer>> = {}): Promise<DeviceFolder> {
    const folder = new DeviceFolder(await mkdtemp(join(tmpdir(), 'device-')));
    for (const [name, content] of Object.entries(files)) await folder.write(name, content);
    return folder;
  }

  async write(name: string, content: string | Buffer): Promise<void> {
    const path = join(this.root, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }

  /** A link to a file of the device, or, as in /proc, to something that is no file. */
  async link(name: string, target: string, isFile = true): Promise<void> {
    const path = join(this.root, name);
    await mkdir(dirname(path), { recursive: true });
    await symlink(isFile ? join(this.root, target) : target, path);
  }

  /** A process with its executable, its descriptors, and who traces it. */
  async process(
    id: number,
    executable: string,
    descriptors: readonly string[] = [],
    tracer = 0,
  ): Promise<void> {
    await this.link(`proc/${id}/exe`, executable);
    await this.write(`proc/${id}/status`, `Name:\tx\nTracerPid:\t${tracer}\n`);
    for (const [index, target] of descriptors.entries()) {
      await this.link(`proc/${id}/fd/${index}`, target, false);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true });
  }
}
