// What runs in the page: each gives a list of what is wrong, which is empty where nothing is.

const SHOWN = `(element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true })`;

/** Buttons, links and fields without words for who cannot see them. */
export const CONTROLS_WITHOUT_NAME = `
  [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [role=img], dialog')]
    .filter(${SHOWN})
    .filter((element) => {
      const labelled = (element.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id));
      const words = [
        element.getAttribute('aria-label'),
        ...labelled.map((label) => label?.textContent),
        ...[...(element.labels ?? [])].map((label) => label.textContent),
        // What can be chosen in a list says not what for.
        element.tagName === 'SELECT' ? '' : element.textContent,
      ];
      return !words.some((text) => (text ?? '').trim() !== '');
    })
    .map((element) => element.outerHTML.slice(0, 120))`;

export const POSITIVE_TAB_INDEXES = `
  [...document.querySelectorAll('[tabindex]')]
    .filter((element) => element.tabIndex > 0)
    .map((element) => element.outerHTML.slice(0, 120))`;

/** Where the outline of the page does not begin with its one h1, or leaves a level out. */
export const HEADINGS_OUT_OF_ORDER = `
  [...document.querySelectorAll('h1, h2, h3, h4')]
    .map((heading) => [Number(heading.tagName[1]), heading.textContent])
    .filter(([level], index, all) => (index === 0 ? level !== 1 : level === 1 || level > all[index - 1][0] + 1))
    .map(([level, text]) => 'h' + level + ' ' + text)`;

/** Elements that reach over the right edge, unless they scroll in a box of their own. */
export const WIDER_THAN_WINDOW = `
  document.documentElement.scrollWidth <= innerWidth
    ? []
    : [...document.querySelectorAll('body *')]
        .filter((element) => element.getBoundingClientRect().right > innerWidth)
        .map((element) => element.outerHTML.slice(0, 80))`;

/**
 * Texts with a contrast below 4.5 to their ground. WCAG 2.2 excepts what is disabled. Colours are mixed by a
 * canvas, since a computed one may be written in any colour space.
 */
export const FAINT_TEXTS = `(() => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const painted = (colours) => {
    context.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
    }
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (rgb) => {
    const [red, green, blue] = rgb.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const groundsOf = (element) =>
    element === null ? ['#fff'] : [...groundsOf(element.parentElement), getComputedStyle(element).backgroundColor];
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.textContent.trim() === '' || element.closest('.unseen, .skip, :disabled') !== null) continue;
    if (!(${SHOWN})(element)) continue;
    const grounds = groundsOf(element);
    const lights = [painted(grounds), painted([...grounds, getComputedStyle(element).color])].map(luminance).sort();
    const contrast = (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05);
    if (contrast < 4.5) faint.push(contrast.toFixed(2) + ' ' + node.textContent.trim());
  }
  return [...new Set(faint)];
})()`;
