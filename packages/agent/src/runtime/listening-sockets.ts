import { endianness } from 'node:os';
import type { ListeningSocket } from '@kiten/attestation';
import { type DeviceFiles, isDenied } from './device-files.ts';
import type { DeviceProcess } from './processes.ts';
import { readInternetTable, readUnixTable, type TableSocket } from './socket-tables.ts';

const littleEndian = endianness() === 'LE';

/** Every socket that listens, in every network namespace that a process lives in, and who holds it. */
export async function readListeningSockets(
  files: DeviceFiles,
  processes: readonly DeviceProcess[],
): Promise<{ readonly sockets: readonly ListeningSocket[]; readonly denied: number }> {
  const { folders, denied: hidden } = await networkFolders(files, processes);
  const listening = new Map<string, TableSocket>();
  for (const folder of folders) {
    for (const socket of await readTables(files, folder)) {
      listening.set(`${socket.protocol} ${socket.inode} ${socket.address} ${socket.port}`, socket);
    }
  }
  const wanted = new Set([...listening.values()].map(({ inode }) => inode));
  const { owners, denied } = await readOwners(files, processes, wanted);
  const sockets = new Map<string, ListeningSocket>();
  for (const { protocol, address, port, inode } of listening.values()) {
    const executable = owners.get(inode);
    const socket = { protocol, address, port, ...(executable === undefined ? {} : { executable }) };
    sockets.set(JSON.stringify([protocol, address, port, executable ?? '']), socket);
  }
  const sorted = [...sockets.entries()].toSorted(([left], [right]) => (left < right ? -1 : 1));
  return { sockets: sorted.map(([, socket]) => socket), denied: hidden + denied };
}

/** One process of each namespace shows what is in it. Its own come first: those a device without rights sees. */
async function networkFolders(files: DeviceFiles, processes: readonly DeviceProcess[]) {
  const own = await files.link('proc/self/ns/net').catch(unlessDenied);
  const seen = new Set(own === undefined ? [] : [own]);
  const folders = ['proc/net'];
  let denied = 0;
  for (const { id } of processes) {
    try {
      const namespace = await files.link(`proc/${id}/ns/net`);
      if (namespace === undefined || seen.has(namespace)) continue;
      seen.add(namespace);
      folders.push(`proc/${id}/net`);
    } catch (error) {
      if (!isDenied(error)) throw error;
      denied += 1;
    }
  }
  return { folders, denied };
}

function unlessDenied(error: unknown): undefined {
  if (isDenied(error)) return undefined;
  throw error;
}

async function readTables(files: DeviceFiles, folder: string): Promise<readonly TableSocket[]> {
  const text = async (name: string) => (await files.text(`${folder}/${name}`)) ?? '';
  return [
    ...readInternetTable('tcp', await text('tcp'), littleEndian),
    ...readInternetTable('tcp', await text('tcp6'), littleEndian),
    ...readInternetTable('udp', await text('udp'), littleEndian),
    ...readInternetTable('udp', await text('udp6'), littleEndian),
    ...readUnixTable(await text('unix')),
  ];
}

/** Which executable holds a socket; of several that share it, the one that was started first. */
async function readOwners(
  files: DeviceFiles,
  processes: readonly DeviceProcess[],
  wanted: ReadonlySet<string>,
) {
  const owners = new Map<string, string>();
  let denied = 0;
  for (const { id, executable } of processes) {
    try {
      for (const descriptor of await files.list(`proc/${id}/fd`)) {
        const target = (await files.link(`proc/${id}/fd/${descriptor}`)) ?? '';
        const [, inode] = /^socket:\[(\d+)\]$/.exec(target) ?? [];
        if (inode !== undefined && wanted.has(inode) && !owners.has(inode)) owners.set(inode, executable);
      }
    } catch (error) {
      if (!isDenied(error)) throw error;
      denied += 1;
    }
  }
  return { owners, denied };
}
