import {
  decodeCorim,
  isSignedCorim,
  type ReferenceImage,
  readTpmKey,
  tpmAppraiser,
  verifyCorim,
} from '@kiten/attestation';
import { toHex } from '@kiten/codec';
import { nodeVerify } from '@kiten/identity';
import { saltedDigest } from '@kiten/ledger';
import type { AppraisalMessage, AppraisalTask, AppraisedTask, ReferenceContent } from './appraisal-task.ts';

/** What a thread that appraises does with what it is told. It keeps images, so that each comes once. */
export class TaskAppraiser {
  readonly #images = new Map<string, ReferenceImage>();

  /** @returns what evidence came to, if it was told some */
  handle(message: AppraisalMessage): AppraisedTask | undefined {
    switch (message.kind) {
      case 'keep':
        this.#images.set(message.image, imageOf(message.reference));
        return undefined;
      case 'forget':
        this.#images.delete(message.image);
        return undefined;
      case 'appraise':
        return this.#appraise(message.task);
    }
  }

  #appraise({ evidence, name, context }: AppraisalTask): AppraisedTask {
    const digest = 'digest' in name ? name.digest : `sha256:${toHex(saltedDigest(name.salt, evidence.body))}`;
    const key = readTpmKey(context.key);
    const images = context.images.flatMap((image) => this.#images.get(image) ?? []);
    return { ...tpmAppraiser.appraise({ ...evidence, digest }, { ...context, key, images }), digest };
  }
}

function imageOf({ content, publicKey }: ReferenceContent): ReferenceImage {
  if (publicKey === undefined || !isSignedCorim(content)) return decodeCorim(content);
  return verifyCorim(content, nodeVerify, publicKey);
}
