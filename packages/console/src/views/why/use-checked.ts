import { useEffect, useRef, useState } from 'preact/hooks';
import { type Problem, problemOf } from '../../api/problem.ts';
import { type EvidenceRecord, proofApi } from '../../api/proof.ts';
import { type Checked, checkBundle } from '../../proof/check-bundle.ts';

/** A trust file of one's own. */
export interface OwnTrust {
  readonly file: string;
  readonly text: string;
}

export interface Proof {
  readonly checked: Checked;
  readonly trustFile: string;
  readonly evidence: readonly EvidenceRecord[];
}

export interface ProofState {
  readonly proof?: Proof;
  readonly problem?: Problem;
  readonly busy: boolean;
  again(): void;
}

/**
 * The proof of a device's verdict, checked here. It is asked for anew when the verdict's epoch changes, and checked by
 * one's own trust file if there is one.
 */
export function useChecked(id: string, epoch: number | undefined, own: OwnTrust | undefined): ProofState {
  const [state, setState] = useState<Omit<ProofState, 'again'>>({ busy: true });
  const [round, setRound] = useState(0);
  const newest = useRef(0);

  useEffect(() => {
    if (epoch === undefined) return;
    const turn = ++newest.current;
    const settle = (next: Omit<ProofState, 'again'>) => {
      if (turn === newest.current) setState(next);
    };
    setState((before) => ({ ...before, busy: true }));
    prove(id, own).then(
      (proof) => settle({ proof, busy: false }),
      (error: unknown) => settle({ problem: problemOf(error), busy: false }),
    );
  }, [id, epoch, own, round]);
  return { ...state, again: () => setRound((before) => before + 1) };
}

async function prove(id: string, own: OwnTrust | undefined): Promise<Proof> {
  // The bundle first: to make it the site may have to state the verdict.
  const bundle = await proofApi.bundle(id);
  const [trustFile, evidence] = await Promise.all([own?.text ?? proofApi.trustFile(), proofApi.evidence(id)]);
  return { checked: await checkBundle(bundle, trustFile, Date.now()), trustFile, evidence };
}
