/** How much each place has of something at a time. */
export interface PlaceCounts {
  get(place: string): number;
  add(place: string, times: 1 | -1): void;
}

/** Counts of one gateway alone. */
export class OwnPlaceCounts implements PlaceCounts {
  readonly #counts = new Map<string, number>();

  get(place: string): number {
    return this.#counts.get(place) ?? 0;
  }

  add(place: string, times: 1 | -1): void {
    const count = this.get(place) + times;
    if (count === 0) this.#counts.delete(place);
    else this.#counts.set(place, count);
  }
}
