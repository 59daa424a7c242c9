import fc from 'fast-check';

/** Few and awkward, so that filters and topics meet often: empty, reserved, not ASCII, and the letter of shapes. */
const literals = ['', 'a', 'b', '$a', 'é', '😀', 'l'];

const levels = (alphabet: readonly string[]) =>
  fc.array(fc.constantFrom(...alphabet), { minLength: 1, maxLength: 4 });

export const topics = levels(literals)
  .map((parts) => parts.join('/'))
  .filter((topic) => topic !== '');

export const filters = fc
  .tuple(levels([...literals, '+', '+', '+']), fc.constantFrom('', '', '/#', '#'))
  .map(([parts, end]) => (end === '#' ? '#' : parts.join('/') + end))
  .filter((filter) => filter !== '');

/** The clauses of MQTT 5.0, 4.7 read as a recursion, slow and plain. */
export function naivelyMatches(filter: string, topic: string): boolean {
  // [MQTT-4.7.2-1]
  if (/^[+#]/.test(filter) && /^\$/.test(topic)) return false;
  return levelsMatch(filter.split('/'), topic.split('/'));
}

function levelsMatch([filter, ...filterRest]: string[], [topic, ...topicRest]: string[]): boolean {
  if (filter === '#') return true;
  if (filter === undefined || topic === undefined) return filter === topic;
  return (filter === '+' || filter === topic) && levelsMatch(filterRest, topicRest);
}
