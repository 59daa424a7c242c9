import { useEffect, useRef, useState } from 'preact/hooks';
import { useApi } from '../api/context.ts';
import { asProblem, type Problem } from '../api/problem.ts';
import type { EndIdleRequest } from './end-idle-form.tsx';

interface Counted {
  readonly examined: number;
  readonly wouldEnd: number;
  readonly messages: number;
  /** There are more messages than were counted. */
  readonly messagesAtLeast: boolean;
  readonly counting: boolean;
  readonly problem: Problem | undefined;
}

const NOTHING: Counted = {
  examined: 0,
  wouldEnd: 0,
  messages: 0,
  messagesAtLeast: false,
  counting: true,
  problem: undefined,
};

/** Follows the pages of the preview to their end, with the sums so far. */
export function usePreview({ clients, idleSeconds }: EndIdleRequest) {
  const api = useApi();
  const [counted, setCounted] = useState(NOTHING);
  const running = useRef<AbortController>(undefined);

  const count = async (signal: AbortSignal) => {
    let sums = NOTHING;
    let cursor: string | undefined;
    do {
      // An interval of N ends exactly the sessions that have been away for longer than N.
      const request = { clients, sessionExpiryInterval: idleSeconds };
      const page = await api.previewExpiry(request, cursor, signal);
      if (signal.aborted) return;
      sums = {
        ...sums,
        examined: sums.examined + page.examined,
        wouldEnd: sums.wouldEnd + page.wouldEnd,
        messages: sums.messages + page.messages,
        messagesAtLeast: sums.messagesAtLeast || page.messagesAtLeast,
      };
      setCounted(sums);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    setCounted({ ...sums, counting: false });
  };
  const again = () => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setCounted(NOTHING);
    count(controller.signal).catch((error: unknown) => {
      if (controller.signal.aborted) return;
      setCounted((before) => ({ ...before, counting: false, problem: asProblem(error) }));
    });
  };
  const stop = () => {
    running.current?.abort();
    setCounted((before) => ({ ...before, counting: false }));
  };

  // Counted once for each request that is previewed
  useEffect(() => {
    again();
    return () => running.current?.abort();
  }, [clients, idleSeconds]);

  return { ...counted, stop, again };
}
