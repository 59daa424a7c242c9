// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are those of CloudFormation
import { expect, test } from 'vitest';
import { referencesOf, resolve } from '#local/template/intrinsics';

const scope = {
  ref: (name: string) => `<${name}>`,
  attribute: (logicalId: string, name: string) => `<${logicalId}.${name}>`,
};

test.each([
  ['plain values', { a: [1, true, null, 'x'] }, { a: [1, true, null, 'x'] }],
  ['Ref', { Ref: 'AWS::Region' }, '<AWS::Region>'],
  ['Fn::GetAtt as a list', { 'Fn::GetAtt': ['Table', 'Arn'] }, '<Table.Arn>'],
  ['Fn::GetAtt as a text', { 'Fn::GetAtt': 'Table.Arn' }, '<Table.Arn>'],
  ['Fn::Join', { 'Fn::Join': [':', ['arn', { Ref: 'P' }, 'iot']] }, 'arn:<P>:iot'],
  ['Fn::Sub', { 'Fn::Sub': 'a-${Ref}-${Table.Arn}-${!Literal}' }, 'a-<Ref>-<Table.Arn>-${Literal}'],
  ['Fn::Sub with variables', { 'Fn::Sub': ['${a}${b}', { a: { Ref: 'X' } }] }, '<X><b>'],
  ['Fn::Select', { 'Fn::Select': [1, ['a', { Ref: 'B' }]] }, '<B>'],
  ['Fn::Split', { 'Fn::Split': ['.', { 'Fn::GetAtt': ['Table', 'Arn'] }] }, ['<Table', 'Arn>']],
  [
    'nested',
    { 'Fn::Select': [1, { 'Fn::Split': ['/', { 'Fn::Join': ['/', ['a', { Ref: 'B' }]] }] }] },
    '<B>',
  ],
  ['an object with a key like an intrinsic beside others', { Ref: 'x', other: 1 }, { Ref: 'x', other: 1 }],
])('%s', (_, value, expected) => {
  expect(resolve(value, scope)).toEqual(expected);
});

test('an intrinsic that is not known is named', () => {
  expect(() => resolve({ a: [{ 'Fn::ImportValue': 'x' }] }, scope)).toThrow(/Fn::ImportValue.*knows Ref, /);
});

test('references are found wherever they stand', () => {
  const value = {
    a: [{ Ref: 'A' }, { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['B', 'Arn'] }]] }],
    s: { 'Fn::Sub': ['${C} ${D.Arn} ${own}', { own: { Ref: 'E' } }] },
  };
  expect([...referencesOf(value)].sort()).toEqual(['A', 'B', 'C', 'D', 'E']);
});
