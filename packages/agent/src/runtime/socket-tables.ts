import type { SocketProtocol } from '@kiten/attestation';

/** A socket that takes connections or datagrams, with the inode by which processes hold it. */
export interface TableSocket {
  readonly protocol: SocketProtocol;
  readonly address: string;
  readonly port: number;
  readonly inode: string;
}

/** TCP_LISTEN; a datagram socket that is connected to nobody has TCP_CLOSE (include/net/tcp_states.h). */
const awaiting: Readonly<Record<'tcp' | 'udp', string>> = { tcp: '0A', udp: '07' };
/** __SO_ACCEPTCON (include/uapi/linux/net.h). */
const acceptsConnections = 0x1_0000;

/** Reads /proc/net/tcp, tcp6, udp or udp6 (proc_net_tcp(5)). @param littleEndian the order of the kernel's octets */
export function readInternetTable(
  protocol: 'tcp' | 'udp',
  table: string,
  littleEndian = true,
): readonly TableSocket[] {
  return table.split('\n').flatMap((line): TableSocket[] => {
    const [number = '', local = '', , state = '', , , , , , inode = '0'] = line.trim().split(/\s+/);
    const [, words, port] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(local) ?? [];
    if (!/^\d+:$/.test(number) || words === undefined || port === undefined) return [];
    if (state !== awaiting[protocol]) return [];
    const address = formatAddress(Buffer.from(words, 'hex'), littleEndian);
    return [{ protocol, address, port: Number.parseInt(port, 16), inode }];
  });
}

/** Reads /proc/net/unix: what listens there. */
export function readUnixTable(table: string): readonly TableSocket[] {
  return table.split('\n').flatMap((line): TableSocket[] => {
    const [, flags, inode, address = ''] =
      /^[0-9a-f]+: [0-9A-F]+ [0-9A-F]+ ([0-9A-F]{8}) [0-9A-F]{4} [0-9A-F]{2}\s+(\d+)(?: (.*))?$/.exec(line) ??
      [];
    if (flags === undefined || inode === undefined) return [];
    if ((Number.parseInt(flags, 16) & acceptsConnections) === 0) return [];
    return [{ protocol: 'unix', address: address.slice(0, 200), port: 0, inode }];
  });
}

/** The kernel prints words of four octets in its own order. */
function formatAddress(octets: Buffer, littleEndian: boolean): string {
  if (littleEndian) octets.swap32();
  if (octets.length === 4) return octets.join('.');
  const isMapped = octets.subarray(0, 12).equals(Buffer.from('00000000000000000000ffff', 'hex'));
  if (isMapped) return `::ffff:${octets.subarray(12).join('.')}`;
  const groups = Array.from({ length: 8 }, (_, index) => octets.readUInt16BE(index * 2).toString(16));
  return shortened(groups);
}

/** The longest run of zeros, two at least and the first of several as long, becomes `::` (RFC 5952 §4.2). */
function shortened(groups: readonly string[]): string {
  let best = { start: 0, length: 1 };
  for (let start = 0; start < groups.length; start += 1) {
    let length = 0;
    while (groups[start + length] === '0') length += 1;
    if (length > best.length) best = { start, length };
  }
  if (best.length < 2) return groups.join(':');
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`;
}
