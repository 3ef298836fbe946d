/** What is known of a stream's packs so far. Plain data: it is stored before a pack counts. */
export interface StreamMemory {
  /** The highest sequence so far. */
  readonly sequence: number;
  /** Of the 53 before it, the lowest bit for the nearest: which have come. */
  readonly window: number;
  /** The latest time that the source signed at, in milliseconds. */
  readonly signedAt: number;
  /** Received less signed, in milliseconds: the least there was, which is nearest to what the clocks differ by. */
  readonly offset: number;
  /** Packs that never came. */
  readonly missing: number;
}

/** How a pack stands in its stream. */
export type Freshness =
  | { readonly kind: 'fresh' | 'late'; readonly memory: StreamMemory; readonly skipped: number }
  | {
      readonly kind: 'replayed' | 'too-old' | 'reordered-time' | 'stale' | 'early';
      /** How far off, in packs or milliseconds. */
      readonly by: number;
    };

export interface FreshnessRules {
  /** How late a pack may come behind the least delay of its stream, in milliseconds. */
  readonly patience: number;
  /** How far the source's clock may be from ours, in milliseconds. */
  readonly clockSkew: number;
  /** How fast the clocks may drift apart, in millionths; the least delay grows with it. */
  readonly drift: number;
}

export const defaultFreshness: FreshnessRules = { patience: 5_000, clockSkew: 60_000, drift: 200 };

const windowBits = 52;

/**
 * Judges when a pack came, by its sequence and its time: all that was signed once counts once, whatever its values are.
 *
 * A sequence that came before is a replay. One that was skipped may still come, within a window of 52 packs. Times of signing
 * have to rise with the sequence. Who holds packs back to send them later is found by the delay, which clocks that differ
 * don't change: it is measured from the least that the stream ever had.
 */
export function judgeFreshness(
  memory: StreamMemory | undefined,
  pack: { readonly sequence: number; readonly signedAt: number },
  receivedAt: number,
  rules: FreshnessRules,
): Freshness {
  const { sequence, signedAt } = pack;
  const offset = receivedAt - signedAt;
  if (-offset > rules.clockSkew) return { kind: 'early', by: -offset };
  if (memory === undefined) {
    if (offset > rules.clockSkew + rules.patience) return { kind: 'stale', by: offset };
    return { kind: 'fresh', memory: { sequence, window: 0, signedAt, offset, missing: 0 }, skipped: 0 };
  }
  const ahead = sequence - memory.sequence;
  if (ahead === 0) return { kind: 'replayed', by: 0 };
  if (ahead < -windowBits) return { kind: 'too-old', by: -ahead };
  if (ahead < 0 && hasCome(memory.window, -ahead)) return { kind: 'replayed', by: -ahead };
  const elapsed = Math.max(0, signedAt - memory.signedAt);
  const least = Math.min(memory.offset + (elapsed * rules.drift) / 1e6, offset);
  if (offset - least > rules.patience || offset > rules.clockSkew + rules.patience)
    return { kind: 'stale', by: offset - least };
  if (ahead > 0 ? signedAt < memory.signedAt : signedAt > memory.signedAt)
    return { kind: 'reordered-time', by: Math.abs(signedAt - memory.signedAt) };
  if (ahead < 0) {
    const window = memory.window + 2 ** (-ahead - 1);
    return {
      kind: 'late',
      memory: { ...memory, window, offset: least, missing: Math.max(0, memory.missing - 1) },
      skipped: 0,
    };
  }
  const skipped = ahead - 1;
  return {
    kind: 'fresh',
    memory: {
      sequence,
      window: moved(memory.window, ahead),
      signedAt,
      offset: least,
      missing: memory.missing + skipped,
    },
    skipped,
  };
}

/** Bits of a number that is larger than those that the language shifts. */
function hasCome(window: number, behind: number): boolean {
  return Math.floor(window / 2 ** (behind - 1)) % 2 === 1;
}

function moved(window: number, ahead: number): number {
  if (ahead > windowBits) return 0;
  // The one that was the newest is now `ahead` behind.
  return (window % 2 ** (windowBits - ahead)) * 2 ** ahead + 2 ** (ahead - 1);
}
