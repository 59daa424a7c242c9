import { useState } from 'preact/hooks';
import { href, type PageName } from './route.ts';

type Entry = readonly [page: Exclude<PageName, 'session' | 'make-session' | 'unknown'>, name: string];

const GROUPS: readonly (readonly [title: string, entries: readonly Entry[]])[] = [
  [
    'Monitor',
    [
      ['overview', 'Overview'],
      ['sessions', 'Sessions'],
      ['topics', 'Topic look-up'],
      ['filters', 'Filters'],
    ],
  ],
  [
    'Troubleshoot',
    [
      ['advice', 'Advice'],
      ['dead-letters', 'Dead letters'],
      ['end-idle', 'End idle sessions'],
    ],
  ],
];

/** The pages; on a narrow screen behind a button. */
export function Navigation({ page, onSignOut }: { page: PageName; onSignOut: (() => void) | undefined }) {
  const [isOpen, setIsOpen] = useState(false);
  const current = page === 'session' || page === 'make-session' ? 'sessions' : page;
  return (
    <header class="side">
      <div>
        <div class="brand">
          <a href={href('overview')}>
            MQTT <b>sessions</b>
          </a>
          <button
            type="button"
            class="button button-small menu"
            aria-expanded={isOpen}
            aria-controls="pages"
            onClick={() => setIsOpen(!isOpen)}
          >
            Menu
          </button>
        </div>
        <nav id="pages" class={isOpen ? 'pages open' : 'pages'} aria-label="Pages">
          {GROUPS.map(([title, entries]) => (
            <div key={title}>
              <p id={`pages-${title}`}>{title}</p>
              <ul aria-labelledby={`pages-${title}`}>
                {entries.map(([name, text]) => (
                  <li key={name}>
                    <a
                      href={href(name)}
                      aria-current={name === current ? 'page' : undefined}
                      onClick={() => setIsOpen(false)}
                    >
                      {text}
                    </a>
                  </li>
                ))}
              </ul>
            </div>
          ))}
          {onSignOut !== undefined && (
            <button type="button" class="button button-small" onClick={onSignOut}>
              Sign out
            </button>
          )}
        </nav>
      </div>
    </header>
  );
}
