import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Api } from './api/api.ts';
import { ApiContext } from './api/context.ts';
import { MakeSession } from './make-session/make-session.tsx';
import { Navigation } from './navigation.tsx';
import { AdviceList } from './pages/advice-list.tsx';
import { DeadLetterList } from './pages/dead-letter-list.tsx';
import { EndIdle } from './pages/end-idle.tsx';
import { FilterList } from './pages/filter-list.tsx';
import { Overview } from './pages/overview.tsx';
import { SessionList } from './pages/session-list.tsx';
import { TopicLookUp } from './pages/topic-look-up.tsx';
import { UnknownPage } from './pages/unknown-page.tsx';
import { parseRoute, type Route } from './route.ts';
import { SessionPage } from './session-page/session-page.tsx';
import { visible } from './text/visible.ts';

interface AppProps {
  readonly api: Api;
  readonly onSignOut?: () => void;
}

export function App({ api, onSignOut }: AppProps) {
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  useArrival(route, main);
  return (
    <ApiContext.Provider value={api}>
      {/* A button, since a link would change the address that says which page is shown. */}
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <div class="shell">
        <Navigation page={route.page} onSignOut={onSignOut} />
        <main ref={main} tabIndex={-1}>
          {pageOf(route)}
        </main>
      </div>
    </ApiContext.Provider>
  );
}

function pageOf({ page, clientId, query }: Route): ComponentChildren {
  switch (page) {
    case 'overview':
      return <Overview />;
    case 'sessions':
      return <SessionList query={query} />;
    case 'session':
      return <SessionPage key={clientId} clientId={clientId} />;
    case 'make-session':
      return <MakeSession key={query.toString()} query={query} />;
    case 'topics':
      return <TopicLookUp query={query} />;
    case 'filters':
      return <FilterList query={query} />;
    case 'advice':
      return <AdviceList />;
    case 'dead-letters':
      return <DeadLetterList />;
    case 'end-idle':
      return <EndIdle query={query} />;
    case 'unknown':
      return <UnknownPage />;
  }
}

function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const onChange = () => setRoute(parseRoute(location.hash));
    window.addEventListener('hashchange', onChange);
    return () => window.removeEventListener('hashchange', onChange);
  }, []);
  return route;
}

const TITLES: Readonly<Record<Route['page'], string>> = {
  overview: 'Overview',
  sessions: 'Sessions',
  session: 'Session',
  'make-session': 'Make a session',
  topics: 'Topic look-up',
  filters: 'Filters',
  advice: 'Advice',
  'dead-letters': 'Dead letters',
  'end-idle': 'End idle sessions',
  unknown: 'No such page',
};

/** Another page: its title, its top, and the focus on its heading. Not when the console opens. */
function useArrival({ page, clientId }: Route, main: { readonly current: HTMLElement | null }): void {
  const shown = useRef<string>(undefined);
  useEffect(() => {
    const name = `${page} ${clientId}`;
    const title = page === 'session' ? visible(clientId) : TITLES[page];
    document.title = `${title} – MQTT sessions`;
    if (shown.current !== undefined && shown.current !== name) {
      window.scrollTo(0, 0);
      main.current?.querySelector('h1')?.focus({ preventScroll: true });
    }
    shown.current = name;
  }, [page, clientId, main]);
}
