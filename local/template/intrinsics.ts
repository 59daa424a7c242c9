import { LocalCloudError } from '#local/errors';

/** What the names in a template stand for. */
export interface Scope {
  /** Of a resource, a parameter or a pseudo parameter. */
  ref(name: string): string;
  attribute(logicalId: string, name: string): string;
}

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

/** `${Name}`, `${Name.Attribute}` and `${!Literal}`. */
const SUBSTITUTION = /\$\{(!?)([^}]+)\}/g;

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, scope) => scope.ref(text(name, 'Ref')),
  'Fn::GetAtt': (argument, scope) => {
    const [logicalId, name] =
      typeof argument === 'string' ? splitOnce(argument) : list(argument, 'Fn::GetAtt').map(String);
    return scope.attribute(logicalId ?? '', name ?? '');
  },
  'Fn::Join': (argument, scope) => {
    const [separator, values] = list(argument, 'Fn::Join');
    return list(resolve(values, scope), 'Fn::Join').join(text(separator, 'Fn::Join'));
  },
  'Fn::Sub': (argument, scope) => {
    const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
    const own = new Map(Object.entries(resolve(variables ?? {}, scope) as object));
    return text(template, 'Fn::Sub').replace(SUBSTITUTION, (_, literal: string, name: string) => {
      if (literal !== '') return `\${${name}}`;
      if (own.has(name)) return String(own.get(name));
      return name.includes('.') ? scope.attribute(...splitOnce(name)) : scope.ref(name);
    });
  },
  'Fn::Select': (argument, scope) => {
    const [index, values] = list(argument, 'Fn::Select');
    return list(resolve(values, scope), 'Fn::Select')[Number(resolve(index, scope))];
  },
  'Fn::Split': (argument, scope) => {
    const [separator, value] = list(argument, 'Fn::Split');
    return text(resolve(value, scope), 'Fn::Split').split(text(separator, 'Fn::Split'));
  },
};

/**
 * The value with every intrinsic function replaced by what it yields.
 *
 * @throws LocalCloudError for an intrinsic function that the local cloud does not know
 */
export function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((entry) => resolve(entry, scope));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [name, argument] = entries[0] ?? [];
  if (entries.length === 1 && name !== undefined && isIntrinsic(name)) {
    const intrinsic = INTRINSICS[name];
    if (intrinsic !== undefined) return intrinsic(argument, scope);
    throw unresolvable(`the intrinsic function ${name} came; the local cloud knows ${known()}`);
  }
  return Object.fromEntries(entries.map(([key, entry]) => [key, resolve(entry, scope)]));
}

/** The logical ids (and parameters) that a value refers to. */
export function referencesOf(value: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const note = (name: string) => {
    found.add(name);
    return '';
  };
  collect(value, { ref: note, attribute: note });
  return found;
}

/** Visits every intrinsic function; what their arguments yield does not matter. */
function collect(value: unknown, scope: Scope): void {
  if (Array.isArray(value)) {
    for (const entry of value) collect(entry, scope);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, entry] of Object.entries(value)) {
      if (key === 'Ref' || key === 'Fn::GetAtt' || key === 'Fn::Sub') resolve({ [key]: entry }, scope);
      else collect(entry, scope);
    }
  }
}

function isIntrinsic(name: string): boolean {
  return name === 'Ref' || name === 'Condition' || name.startsWith('Fn::');
}

function known(): string {
  return Object.keys(INTRINSICS).join(', ');
}

function splitOnce(path: string): [string, string] {
  const dot = path.indexOf('.');
  return dot < 0 ? [path, ''] : [path.slice(0, dot), path.slice(dot + 1)];
}

function text(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  throw unresolvable(`${name} got ${JSON.stringify(value)}; allowed: a string`);
}

function list(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw unresolvable(`${name} got ${JSON.stringify(value)}; allowed: a list`);
}

function unresolvable(problem: string): LocalCloudError {
  return new LocalCloudError('template.unresolvable', `The template cannot be resolved: ${problem}.`);
}
