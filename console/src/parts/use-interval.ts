import { useEffect, useRef } from 'preact/hooks';

/**
 * Calls again and again while the page can be seen; at once when it is seen again after a while.
 * Undefined: not at all.
 */
export function useInterval(call: () => void, periodMs: number | undefined): void {
  const latest = useRef(call);
  latest.current = call;

  useEffect(() => {
    if (periodMs === undefined) return undefined;
    let calledAtMs = Date.now();
    const callNow = () => {
      calledAtMs = Date.now();
      latest.current();
    };
    const onTick = () => {
      if (document.visibilityState === 'visible') callNow();
    };
    const onVisible = () => {
      if (document.visibilityState === 'visible' && Date.now() - calledAtMs >= periodMs) callNow();
    };
    const timer = window.setInterval(onTick, periodMs);
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      window.clearInterval(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [periodMs]);
}
