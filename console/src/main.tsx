import { render } from 'preact';
import { createApi } from './api/api.ts';
import { fetchTransport, NO_CREDENTIALS } from './api/transport.ts';
import { App } from './app.tsx';
import { type Configuration, readConfiguration } from './configuration.ts';
import { StartFailed } from './start-failed.tsx';
import './style/index.css';

async function start(place: HTMLElement): Promise<void> {
  const { apiUrl, auth }: Configuration = await readConfiguration();
  if (auth === undefined) {
    render(<App api={createApi(fetchTransport(apiUrl, NO_CREDENTIALS))} />, place);
    return;
  }
  // What signs in is loaded only where it is needed.
  const { signIn } = await import('./sign-in/sign-in.ts');
  const session = await signIn(auth);
  if (session === 'leaving') return;
  const api = createApi(fetchTransport(apiUrl, session));
  render(<App api={api} onSignOut={() => session.signOut()} />, place);
}

const place = document.getElementById('console');
if (place === null) throw new Error('index.html has no element with the id console');
start(place).catch((error: unknown) => render(<StartFailed error={error} />, place));
