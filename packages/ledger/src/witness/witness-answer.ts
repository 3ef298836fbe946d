import { encodeUtf8 } from '@kiten/codec';

/** What a witness answers to `add-checkpoint`, to be sent over HTTP as it is (C2SP tlog-witness). */
export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** The media type of the size in a 409 (C2SP tlog-witness). */
export const sizeMediaType = 'text/x.tlog.size';

export function answer(
  status: WitnessAnswer['status'],
  body: string,
  contentType = 'text/plain; charset=utf-8',
): WitnessAnswer {
  return { status, contentType, body: encodeUtf8(body) };
}

/** A refusal with a sentence for people. */
export const refusal = (status: WitnessAnswer['status'], message: string): WitnessAnswer =>
  answer(status, `${message}\n`);

/** The refusal of an old size that isn't the one on record. */
export const conflict = ({ size }: { readonly size: number }): WitnessAnswer =>
  answer(409, `${size}\n`, sizeMediaType);
