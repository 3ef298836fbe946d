import { InvalidArgumentError } from 'commander';

/** A row as people count it, what they read in words, JSON and tables alike: the first row of data is row 1. */
export const rowNumber = (place: number): number => place + 1;

/** Where the row stands that somebody names so, from 0. */
export const placeOfRow = (row: number): number => row - 1;

/** @throws InvalidArgumentError */
export function parseRow(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('This is a whole number from 1 on.');
}
