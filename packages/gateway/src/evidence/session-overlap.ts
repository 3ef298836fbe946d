import type { Connection } from '../connection.ts';
import type { DeviceRecord } from '../device-record.ts';
import type { EmitEvent } from '../event.ts';
import { emitEvidence } from './emit-evidence.ts';
import { elsewhere, placeOf } from './place.ts';

export const sessionOverlapMediaType = 'application/vnd.kiten.session-overlap+json';

/** One end of an overlap, as evidence tells it. */
export interface OverlapEnd {
  readonly address: string;
  readonly clientId: string;
  readonly openedAt: number;
  readonly serial: string;
}

/**
 * What `application/vnd.kiten.session-overlap+json` holds. `overlap`: two connections of one device from different
 * places, the older proven alive after the newer was accepted. `contention`: one client id taken over again and again
 * from connections that were alive.
 */
export interface SessionOverlapBody {
  readonly kind: 'overlap' | 'contention';
  readonly device: string;
  readonly older: OverlapEnd;
  readonly newer: OverlapEnd;
  /** How the older one showed that it was alive. */
  readonly proof: 'packet' | 'close-answered';
  readonly provenAt: number;
  /** How often so far. */
  readonly count: number;
}

/** A sign of life counts only if the connection then stays: a host that moved away may flush and close. */
const settleTime = 500;
/** So soon a living peer answers our close with its own. */
const answerTime = 2_000;
const contentionWindow = 60_000;
const contentionThreshold = 3;
const rememberedTakeovers = 32;
const shownLength = 128;

interface Suspicion {
  readonly older: Connection;
  readonly newer: OverlapEnd;
  readonly since: number;
  provenAt: number | undefined;
}

interface Displacement {
  readonly older: Connection;
  readonly newer: OverlapEnd;
  readonly isElsewhere: boolean;
  readonly at: number;
}

interface History {
  overlaps: number;
  toldOverlaps: number;
  /** Times at which a living connection was displaced, by client id. */
  takeovers: Map<string, number[]>;
  toldContentions: number;
}

/**
 * Watches for one credential in two places at once. A device that roams leaves its old connection dead, so an older
 * connection has to prove that it is alive after a newer one came from elsewhere: it sends a packet other than
 * DISCONNECT and stays, or, displaced by its own client id, answers our close at once.
 */
export class SessionOverlap {
  readonly #emit: EmitEvent;
  readonly #gateway: string;
  readonly #suspicions = new Map<Connection, Suspicion>();
  readonly #displaced = new Map<Connection, Displacement>();
  readonly #histories = new Map<string, History>();

  constructor(emit: EmitEvent, gateway: string) {
    this.#emit = emit;
    this.#gateway = gateway;
  }

  /** A connection was let in: from now on every older one from elsewhere is watched. */
  opened(newer: Connection, now: number): void {
    this.openedElsewhere(newer.device, endOf(newer), now, newer);
  }

  /** The same of one that another worker let in. */
  openedElsewhere({ connections }: DeviceRecord, newer: OverlapEnd, now: number, self?: Connection): void {
    // Most devices have one connection.
    if (connections.size === 0 || (connections.size === 1 && self !== undefined)) return;
    const place = self?.place ?? placeOf(newer.address);
    for (const older of connections) {
      if (older === self || !older.isOpen || !elsewhere(older.place, place)) continue;
      if (this.#suspicions.get(older)?.provenAt !== undefined) continue;
      this.#suspicions.set(older, { older, newer, since: now, provenAt: undefined });
      older.isWatched = true;
    }
  }

  /** A watched connection sent a packet, and is still open. */
  signOfLife(older: Connection, now: number): void {
    const suspicion = this.#suspicions.get(older);
    if (suspicion !== undefined && suspicion.provenAt === undefined && now > suspicion.since)
      suspicion.provenAt = now;
    older.isWatched = false;
  }

  /** A connection is about to be closed because its client id was used anew. */
  displaced(older: Connection, newer: OverlapEnd, now: number): void {
    if (!older.isOpen) return;
    this.#suspicions.delete(older);
    this.#displaced.set(older, {
      older,
      newer: { ...newer, clientId: older.clientId },
      isElsewhere: elsewhere(older.place, placeOf(newer.address)),
      at: now,
    });
  }

  /** The peer closed its side by itself, after we closed ours. */
  answeredClose(older: Connection, now: number): void {
    const displacement = this.#displaced.get(older);
    this.#displaced.delete(older);
    if (displacement === undefined || now - displacement.at > answerTime) return;
    if (displacement.isElsewhere) this.#overlapProven(older, displacement.newer, 'close-answered', now);
    this.#takeoverProven(older, displacement.newer, now);
  }

  /** The connection is gone: what it could have proved is not proved. */
  closed(connection: Connection, now: number): void {
    this.#displaced.delete(connection);
    const suspicion = this.#suspicions.get(connection);
    if (suspicion?.provenAt === undefined || now - suspicion.provenAt < settleTime)
      this.#suspicions.delete(connection);
  }

  /** Concludes what has settled. */
  sweep(now: number): void {
    for (const [older, { newer, provenAt }] of this.#suspicions) {
      if (provenAt === undefined || now - provenAt < settleTime) continue;
      this.#suspicions.delete(older);
      this.#overlapProven(older, newer, 'packet', provenAt);
    }
  }

  /** The trust in a device has changed, perhaps because of what was told: what goes on is told anew. */
  tellAgain(device: string): void {
    const history = this.#histories.get(device);
    if (history === undefined) return;
    history.toldOverlaps = 0;
    history.toldContentions = 0;
  }

  /** Forgets a device that was removed. */
  forget(device: string): void {
    this.#histories.delete(device);
  }

  #overlapProven(
    older: Connection,
    newer: OverlapEnd,
    proof: SessionOverlapBody['proof'],
    provenAt: number,
  ): void {
    const history = this.#history(older.device.id);
    history.overlaps++;
    if (history.overlaps < history.toldOverlaps * 2) return;
    history.toldOverlaps = history.overlaps;
    this.#tell({ kind: 'overlap', older, newer, proof, provenAt, count: history.overlaps });
  }

  #takeoverProven(older: Connection, newer: OverlapEnd, now: number): void {
    const history = this.#history(older.device.id);
    const before = history.takeovers.get(older.clientId) ?? [];
    const recent = [...before.filter((at) => now - at < contentionWindow), now].slice(-rememberedTakeovers);
    if (!history.takeovers.has(older.clientId) && history.takeovers.size >= rememberedTakeovers)
      history.takeovers.clear();
    history.takeovers.set(older.clientId, recent);
    if (recent.length < contentionThreshold || recent.length < history.toldContentions * 2) {
      if (recent.length < contentionThreshold) history.toldContentions = 0;
      return;
    }
    history.toldContentions = recent.length;
    this.#tell({
      kind: 'contention',
      older,
      newer,
      proof: 'close-answered',
      provenAt: now,
      count: recent.length,
    });
  }

  #history(device: string): History {
    let history = this.#histories.get(device);
    if (history === undefined) {
      history = { overlaps: 0, toldOverlaps: 0, takeovers: new Map(), toldContentions: 0 };
      this.#histories.set(device, history);
    }
    return history;
  }

  #tell(found: Omit<SessionOverlapBody, 'device' | 'older'> & { older: Connection }): void {
    const device = found.older.device.id;
    const body: SessionOverlapBody = { ...found, device, older: endOf(found.older) };
    emitEvidence(this.#emit, this.#gateway, device, sessionOverlapMediaType, { ...body }, found.provenAt);
  }
}

/** How evidence tells of a connection. */
export function endOf({ peer, clientId, openedAt }: Connection): OverlapEnd {
  return {
    address: peer.address,
    clientId: clientId.slice(0, shownLength).toWellFormed(),
    openedAt,
    serial: peer.serial,
  };
}
