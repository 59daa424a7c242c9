import { isDeepStrictEqual } from 'node:util';

/** An item, or what there is of one before it is stored. */
export type Attributes = Readonly<Record<string, unknown>>;

/** What an expression's placeholders stand for. */
export interface Placeholders {
  readonly names?: Readonly<Record<string, string>> | undefined;
  readonly values?: Attributes | undefined;
}

type Evaluate<Result> = (item: Attributes, placeholders: Placeholders) => Result;

const TOKEN = /\s*(<>|<=|>=|[=<>(),]|[#:]?\w+)/y;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const [, token] = TOKEN.exec(text) ?? [];
    if (token === undefined) throw new Error(`The expression cannot be read: ${text}`);
    tokens.push(token);
  }
  return tokens;
}

function nameOf(token: string, { names }: Placeholders): string {
  if (!token.startsWith('#')) return token;
  const name = names?.[token];
  if (name === undefined) throw new Error(`The expression's ${token} stands for no name`);
  return name;
}

function operand(token: string): Evaluate<unknown> {
  if (!token.startsWith(':')) return (item, placeholders) => item[nameOf(token, placeholders)];
  return (_, { values }) => {
    if (values === undefined || !(token in values)) throw new Error(`${token} stands for no value`);
    return values[token];
  };
}

type Value = string | number;

const COMPARISONS: Readonly<Record<string, (one: Value, other: Value) => boolean>> = {
  '=': isDeepStrictEqual,
  '<>': (one, other) => one !== other,
  '<': (one, other) => one < other,
  '<=': (one, other) => one <= other,
  '>': (one, other) => one > other,
  '>=': (one, other) => one >= other,
};

function comparisonOf(operator: string) {
  const compare = COMPARISONS[operator];
  if (compare === undefined) throw new Error(`Unknown operator ${operator}`);
  return compare;
}

/** A set that is not there is empty. */
function setOf(value: unknown): ReadonlySet<unknown> {
  return value instanceof Set ? value : new Set();
}

/** Reads conditions: AND binds more than OR; of the functions those that the stores use. */
class ConditionReader {
  readonly #tokens: string[];

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  whole(): Evaluate<boolean> {
    const condition = this.#any();
    if (this.#tokens.length > 0) throw new Error(`The condition goes on with ${this.#tokens.join(' ')}`);
    return condition;
  }

  #any(): Evaluate<boolean> {
    const first = this.#every();
    if (!this.#skip('OR')) return first;
    const rest = this.#any();
    return (...of) => first(...of) || rest(...of);
  }

  #every(): Evaluate<boolean> {
    const first = this.#term();
    if (!this.#skip('AND')) return first;
    const rest = this.#every();
    return (...of) => first(...of) && rest(...of);
  }

  #term(): Evaluate<boolean> {
    const token = this.#take();
    if (token === '(') {
      const inner = this.#any();
      this.#expect(')');
      return inner;
    }
    if (this.#tokens[0] === '(') return this.#call(token);
    const left = operand(token);
    const operator = this.#take();
    if (operator === 'BETWEEN') {
      const least = operand(this.#take());
      this.#expect('AND');
      const most = operand(this.#take());
      const isIn = (value: Value, from: Value, upTo: Value) => value >= from && value <= upTo;
      return (...of) => isIn(left(...of) as Value, least(...of) as Value, most(...of) as Value);
    }
    const compare = comparisonOf(operator);
    const right = operand(this.#take());
    // An attribute that is not there is unlike everything.
    return (...of) => compare(left(...of) as Value, right(...of) as Value);
  }

  #call(name: string): Evaluate<boolean> {
    this.#expect('(');
    const subject = operand(this.#take());
    if (name === 'begins_with' || name === 'contains') {
      this.#expect(',');
      const part = operand(this.#take());
      this.#expect(')');
      if (name === 'contains') return (...of) => setOf(subject(...of)).has(part(...of));
      return (...of) => String(subject(...of)).startsWith(String(part(...of)));
    }
    this.#expect(')');
    if (name === 'size') {
      const compare = this.#comparison();
      const right = operand(this.#take());
      return (...of) => compare(setOf(subject(...of)).size, right(...of) as Value);
    }
    if (name === 'attribute_exists') return (...of) => subject(...of) !== undefined;
    if (name === 'attribute_not_exists') return (...of) => subject(...of) === undefined;
    throw new Error(`Unknown function ${name}`);
  }

  #comparison() {
    return comparisonOf(this.#take());
  }

  #take(): string {
    const token = this.#tokens.shift();
    if (token === undefined) throw new Error('The expression ends too early');
    return token;
  }

  #skip(token: string): boolean {
    if (this.#tokens[0] !== token) return false;
    this.#tokens.shift();
    return true;
  }

  #expect(token: string): void {
    if (!this.#skip(token)) throw new Error(`${token} expected, not ${this.#tokens[0]}`);
  }
}

const conditions = new Map<string, Evaluate<boolean>>();

/** Whether an item meets a condition; without one each does. */
export function meets(item: Attributes, text: string | undefined, placeholders: Placeholders): boolean {
  if (text === undefined) return true;
  const known = conditions.get(text) ?? new ConditionReader(text).whole();
  conditions.set(text, known);
  return known(item, placeholders);
}

/** The sum of two numbers, or all that is in one of two sets. */
function added(known: unknown, value: unknown): unknown {
  if (value instanceof Set) return new Set([...setOf(known), ...value]);
  return Number(known ?? 0) + Number(value);
}

/** The item after an update: SET and REMOVE of plain attributes, ADD of numbers and to sets, DELETE from sets. */
export function updated(item: Attributes, text: string, placeholders: Placeholders): Attributes {
  const result: Record<string, unknown> = { ...item };
  let clause = '';
  const tokens = tokensOf(text);
  for (let token = tokens.shift(); token !== undefined; token = tokens.shift()) {
    if (token === ',') continue;
    if (token === 'SET' || token === 'REMOVE' || token === 'ADD' || token === 'DELETE') {
      clause = token;
      continue;
    }
    const name = nameOf(token, placeholders);
    if (clause === 'REMOVE') {
      delete result[name];
      continue;
    }
    if (clause === 'SET' && tokens.shift() !== '=') throw new Error(`The update cannot be read: ${text}`);
    const value = operand(tokens.shift() ?? '')(item, placeholders);
    if (clause === 'DELETE') {
      const left = [...setOf(result[name])].filter((each) => !setOf(value).has(each));
      // There is no empty set.
      if (left.length === 0) delete result[name];
      else result[name] = new Set(left);
      continue;
    }
    result[name] = clause === 'ADD' ? added(result[name], value) : value;
  }
  return result;
}
