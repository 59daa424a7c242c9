/** Shown in place of the console when it cannot begin. */
export function StartFailed({ error }: { error: unknown }) {
  const retry = () => location.reload();
  return (
    <main class="start-failed">
      <h1>The console could not start</h1>
      <div class="notice notice-problem" role="alert">
        <p>{error instanceof Error ? error.message : String(error)}</p>
        <p>Check that config.json is served beside this page and that its addresses can be reached.</p>
      </div>
      <button type="button" class="button" onClick={retry}>
        Try again
      </button>
    </main>
  );
}
