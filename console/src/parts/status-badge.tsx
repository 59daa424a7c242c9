const WORDS: Readonly<Record<string, string>> = { connected: 'connected', disconnected: 'away' };

/** The word carries the meaning; the colour only repeats it. */
export function StatusBadge({ status }: { status: string }) {
  return <span class={`badge badge-${status}`}>{WORDS[status] ?? status}</span>;
}
