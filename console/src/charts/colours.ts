import { useEffect, useState } from 'preact/hooks';

/** The value of a custom property now, since a canvas knows none. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Changes when the reader's system goes from light to dark or back, so that charts are drawn anew. */
export function useColourScheme(): 'light' | 'dark' {
  const [isDark, setIsDark] = useState(() => DARK.matches);
  useEffect(() => {
    const onChange = () => setIsDark(DARK.matches);
    DARK.addEventListener('change', onChange);
    return () => DARK.removeEventListener('change', onChange);
  }, []);
  return isDark ? 'dark' : 'light';
}

const DARK = window.matchMedia('(prefers-color-scheme: dark)');
