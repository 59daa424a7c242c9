import { RuleSqlError } from './errors.ts';
import { functionProblem } from './functions.ts';
import { describe, type Token, tokensOf } from './lexer.ts';
import type { Comparison, Expression, Selection, Statement } from './statement.ts';

const COMPARISONS: readonly string[] = ['=', '<>', '<', '>', '<=', '>='] satisfies Comparison[];
const RESERVED = new Set(['SELECT', 'FROM', 'WHERE', 'AS', 'AND', 'OR', 'NOT']);

/** Reads a statement of the rules engine's SQL (2016-03-23), as far as it is known here. */
export function parseStatement(sql: string): Statement {
  return new Parser(sql).statement();
}

/** Recursive descent, loosest first: OR, AND, NOT, comparison, operand. */
class Parser {
  readonly #sql: string;
  readonly #tokens: Token[];
  #position = 0;

  constructor(sql: string) {
    this.#sql = sql;
    this.#tokens = tokensOf(sql);
  }

  statement(): Statement {
    this.#expectWord('SELECT');
    const selections = [this.#selection()];
    while (this.#takeSymbol(',')) selections.push(this.#selection());
    const from = this.#takeWord('FROM') ? this.#text() : undefined;
    const where = this.#takeWord('WHERE') ? this.#disjunction() : undefined;
    if (this.#peek().kind !== 'end') this.#unexpected('the end');
    return { selections, ...(from !== undefined && { from }), ...(where !== undefined && { where }) };
  }

  #selection(): Selection {
    if (this.#takeSymbol('*')) return { kind: 'all' };
    const expression = this.#disjunction();
    if (this.#takeWord('AS')) return { kind: 'value', name: this.#name(), expression };
    const name = expression.kind === 'field' ? expression.path.at(-1) : undefined;
    if (name === undefined) return this.#unexpected('AS and a name, since only a field has its own');
    return { kind: 'value', name, expression };
  }

  #disjunction(): Expression {
    let left = this.#conjunction();
    while (this.#takeWord('OR')) left = { kind: 'or', left, right: this.#conjunction() };
    return left;
  }

  #conjunction(): Expression {
    let left = this.#negation();
    while (this.#takeWord('AND')) left = { kind: 'and', left, right: this.#negation() };
    return left;
  }

  #negation(): Expression {
    return this.#takeWord('NOT') ? { kind: 'not', operand: this.#negation() } : this.#comparison();
  }

  #comparison(): Expression {
    const left = this.#operand();
    const token = this.#peek();
    if (token.kind !== 'symbol' || !COMPARISONS.includes(token.text)) return left;
    this.#position += 1;
    return { kind: 'comparison', operator: token.text as Comparison, left, right: this.#operand() };
  }

  #operand(): Expression {
    const token = this.#peek();
    if (token.kind === 'string' || token.kind === 'number') {
      this.#position += 1;
      return { kind: 'literal', value: token.value };
    }
    if (this.#takeSymbol('(')) {
      const inner = this.#disjunction();
      this.#expectSymbol(')');
      return inner;
    }
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (this.#takeWord(word)) return { kind: 'literal', value };
    }
    const name = this.#name();
    return this.#takeSymbol('(') ? this.#call(name) : this.#field(name);
  }

  #call(writtenName: string): Expression {
    const name = writtenName.toLowerCase();
    const parameters: Expression[] = [];
    if (!this.#takeSymbol(')')) {
      do {
        parameters.push(this.#takeSymbol('*') ? { kind: 'payload' } : this.#disjunction());
      } while (this.#takeSymbol(','));
      this.#expectSymbol(')');
    }
    const problem = functionProblem(name, parameters);
    if (problem !== undefined) throw new RuleSqlError(this.#sql, problem);
    return { kind: 'call', name, parameters };
  }

  #field(first: string): Expression {
    const path = [first];
    while (this.#takeSymbol('.')) path.push(this.#name());
    return { kind: 'field', path };
  }

  #name(): string {
    const token = this.#peek();
    if (token.kind !== 'name' || RESERVED.has(token.text.toUpperCase())) return this.#unexpected('a name');
    this.#position += 1;
    return token.text;
  }

  #text(): string {
    const token = this.#peek();
    if (token.kind !== 'string') return this.#unexpected("a topic filter in '…'");
    this.#position += 1;
    return token.value;
  }

  #takeWord(word: string): boolean {
    const token = this.#peek();
    const taken = token.kind === 'name' && token.text.toUpperCase() === word.toUpperCase();
    if (taken) this.#position += 1;
    return taken;
  }

  #takeSymbol(symbol: string): boolean {
    const token = this.#peek();
    const taken = token.kind === 'symbol' && token.text === symbol;
    if (taken) this.#position += 1;
    return taken;
  }

  #expectWord(word: string): void {
    if (!this.#takeWord(word)) this.#unexpected(word);
  }

  #expectSymbol(symbol: string): void {
    if (!this.#takeSymbol(symbol)) this.#unexpected(symbol);
  }

  #peek(): Token {
    return this.#tokens[this.#position] ?? { kind: 'end' };
  }

  #unexpected(wanted: string): never {
    throw new RuleSqlError(this.#sql, `${wanted} is wanted where ${describe(this.#peek())} stands`);
  }
}
