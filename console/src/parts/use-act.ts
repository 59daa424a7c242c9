import { useState } from 'preact/hooks';
import { asProblem, type Problem } from '../api/problem.ts';

export interface Acting {
  readonly busy: boolean;
  readonly problem: Problem | undefined;
  /** What the last act came to, in a sentence. */
  readonly outcome: string | undefined;
  /** Runs one act at a time; resolves to whether it succeeded. */
  readonly run: (act: () => Promise<string>) => Promise<boolean>;
  readonly dismiss: () => void;
}

export function useAct(): Acting {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [outcome, setOutcome] = useState<string>();

  const dismiss = () => {
    setProblem(undefined);
    setOutcome(undefined);
  };
  const run = async (act: () => Promise<string>): Promise<boolean> => {
    dismiss();
    setBusy(true);
    try {
      setOutcome(await act());
      return true;
    } catch (error) {
      setProblem(asProblem(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, outcome, run, dismiss };
}
