import { BlockList, isIP, type Socket } from 'node:net';
import { KitenError } from '@kiten/codec';
import { beginsLikeProxyHeader, type ProxyHeader, readProxyHeader } from '@kiten/wire';
import type { RemoteEnd } from './handshake-gate.ts';

/** Why a connection came to nothing before its first byte. */
export interface ProxyRefusal {
  readonly code: string;
  readonly message: string;
}

export interface ProxyOutcome {
  /** Nothing of the client was read; `end` is where it really comes from. */
  readonly arrived: (socket: Socket, end: RemoteEnd) => void;
  /** The connection is closed. `address` is the one it came from. */
  readonly refused: (refusal: ProxyRefusal, address: string) => void;
}

/** A socket over the one that came: TLS, say. */
export type OverSocket = Pick<Socket, 'remoteAddress' | 'remotePort' | 'localAddress'>;

/**
 * Stands where proxies relay connections: from their addresses a PROXY header has to come first, from any other none may
 * (section 2: a receiver never guesses). Whoever is behind a proxy is then known by their own address.
 */
export class ProxyDoor {
  readonly #proxies = new BlockList();
  readonly #timeout: number;
  readonly #ends = new Map<string, RemoteEnd>();
  readonly #waiting = new Set<Socket>();

  /**
   * @param proxies addresses, or networks as `10.0.0.0/8`
   * @param timeout milliseconds for a first byte, and for a whole header
   * @throws KitenError `gateway/proxy-address`
   */
  constructor(proxies: readonly string[], timeout: number) {
    this.#timeout = timeout;
    for (const proxy of proxies) this.#trust(proxy);
  }

  take(socket: Socket, outcome: ProxyOutcome): void {
    const { remoteAddress, remotePort = 0 } = socket;
    // Reset before anybody looked: of whom, nobody can tell.
    if (remoteAddress === undefined) {
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    const relays = this.#isProxy(remoteAddress);
    let read: Uint8Array = new Uint8Array();
    const refuse = (code: string, message: string): void => {
      leave();
      socket.on('error', () => undefined);
      socket.destroy();
      outcome.refused({ code, message }, remoteAddress);
    };
    const late = setTimeout(
      () => refuse('gateway/proxy-timeout', 'Nothing came that could be gone by, in time.'),
      this.#timeout,
    );
    const look = (): void => {
      for (let chunk: Buffer | null = socket.read(); chunk !== null; chunk = socket.read()) {
        read = read.length === 0 ? chunk : Buffer.concat([read, chunk]);
        if (decided()) return;
      }
    };
    /** @returns whether nothing more has to be read here */
    const decided = (): boolean => {
      let header: Pick<ProxyHeader, 'length' | 'source'> | undefined;
      try {
        if (!relays) mustBeClient(read);
        header = relays ? readProxyHeader(read) : { length: 0 };
      } catch (error) {
        if (!(error instanceof KitenError)) throw error;
        refuse(error.code.replace(/^wire\//, 'gateway/'), error.message);
        return true;
      }
      if (header === undefined) return false;
      // A proxy that speaks for itself may only be looking: what it says next tells.
      if (relays && header.source === undefined && read.length === header.length) return false;
      leave();
      if (read.length > header.length) socket.unshift(read.subarray(header.length));
      if (header.source !== undefined) this.#keep(socket, header.source);
      outcome.arrived(socket, header.source ?? { address: remoteAddress, port: remotePort });
      return true;
    };
    /** A proxy looks now and then whether somebody is there: that is nobody's fault. */
    const gone = (): void => {
      leave();
      socket.destroy();
    };
    const leave = (): void => {
      clearTimeout(late);
      this.#waiting.delete(socket);
      socket.off('readable', look).off('end', gone).off('error', gone);
    };
    this.#waiting.add(socket);
    socket.on('readable', look).on('end', gone).on('error', gone);
  }

  /** Lets a socket over one that came through say whose it is, by `remoteAddress` and `remotePort`. */
  name(over: OverSocket): void {
    const end = this.#ends.get(keyOf(over));
    if (end === undefined) return;
    Object.defineProperties(over, {
      remoteAddress: { value: end.address },
      remotePort: { value: end.port },
    });
  }

  /** Ends those that have not said who they are. */
  abandon(): void {
    for (const socket of this.#waiting) socket.destroy();
  }

  #keep(socket: Socket, end: RemoteEnd): void {
    const key = keyOf(socket);
    this.#ends.set(key, end);
    socket.once('close', () => this.#ends.delete(key));
  }

  #isProxy(address: string): boolean {
    return isIP(address) !== 0 && this.#proxies.check(address, familyOf(address));
  }

  #trust(text: string): void {
    const [address = '', prefix, ...rest] = text.split('/');
    const bits = isIP(address) === 6 ? 128 : 32;
    const length = prefix === undefined ? bits : Number(prefix);
    const isPrefix = prefix === undefined || /^\d{1,3}$/.test(prefix);
    if (isIP(address) === 0 || address.includes('%') || rest.length > 0 || !isPrefix || length > bits) {
      const message = `“${text.slice(0, 80)}” is neither an address nor a network: “10.0.0.0/8” or “::1”.`;
      throw new KitenError('gateway/proxy-address', message);
    }
    this.#proxies.addSubnet(address, length, familyOf(address));
  }
}

function mustBeClient(read: Uint8Array): void {
  if (!beginsLikeProxyHeader(read)) return;
  const message =
    'A PROXY header came from an address that no proxy is known at: “proxy.from” in kiten.toml.';
  throw new KitenError('gateway/proxy-unexpected', message);
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Both ends: one address and port may be connected to several of ours. */
function keyOf({ remoteAddress = '', remotePort = 0, localAddress = '' }: OverSocket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}
