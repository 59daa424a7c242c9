export type Comparison = '=' | '<>' | '<' | '>' | '<=' | '>=';

export type Literal = string | number | boolean | null;

export type Expression =
  | { kind: 'literal'; value: Literal }
  | { kind: 'field'; path: readonly string[] }
  | { kind: 'payload' }
  | { kind: 'call'; name: string; parameters: readonly Expression[] }
  | { kind: 'comparison'; operator: Comparison; left: Expression; right: Expression }
  | { kind: 'and' | 'or'; left: Expression; right: Expression }
  | { kind: 'not'; operand: Expression };

export type Selection = { kind: 'all' } | { kind: 'value'; name: string; expression: Expression };

export interface Statement {
  readonly selections: readonly Selection[];
  /** Absent in rules that only Basic Ingest reaches. */
  readonly from?: string;
  readonly where?: Expression;
}
