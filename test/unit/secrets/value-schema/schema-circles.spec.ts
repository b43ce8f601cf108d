import { describe, expect, it } from '@jest/globals';
import { circleProblem } from '../../../../src/secrets/value-schema/schema-circles.js';

const chain = (length: number, last: object) => ({
  $ref: '#/$defs/0',
  $defs: {
    ...Object.fromEntries(Array.from({ length }, (_, index) => [index, { $ref: `#/$defs/${index + 1}` }])),
    [length]: last,
  },
});

describe('circleProblem', () => {
  it.each<[string, object]>([
    ['the whole', { $ref: '#' }],
    ['an empty reference', { $ref: '' }],
    ['two that name each other', chain(2, { $ref: '#/$defs/1' })],
    ['a long chain', chain(600, { $ref: '#' })],
    ...['allOf', 'anyOf', 'oneOf'].map<[string, object]>((keyword) => [
      keyword,
      { [keyword]: [{ type: 'string' }, { $ref: '#' }] },
    ]),
    ...['not', 'if'].map<[string, object]>((keyword) => [keyword, { [keyword]: { $ref: '#' } }]),
    ['then', { if: {}, then: { $ref: '#' } }],
    ['else', { if: {}, else: { $ref: '#' } }],
    ['dependentSchemas', { dependentSchemas: { a: { $ref: '#' } } }],
    ['dependencies', { dependencies: { a: ['b'], b: { $ref: '#' } } }],
    ['a property of the value', { properties: { a: { $ref: '#/properties/a' } } }],
    ['its items', { items: { anyOf: [{ $ref: '#/items' }] } }],
    ['an anchor', { $anchor: 'here', $ref: '#here' }],
    ['an anchor of draft 7', { definitions: { a: { $id: '#a', allOf: [{ $ref: '#a' }] } }, $ref: '#a' }],
    ['an absolute name', { $id: 'https://example.com/a', $ref: 'https://example.com/a#' }],
    ['a name inside', { $defs: { a: { $id: 'urn:example:a', $ref: '#' } }, $ref: 'urn:example:a' }],
    [
      'an escaped name',
      { $defs: { 'a/b~c d': { $ref: '#/$defs/a~1b~0c%20d' } }, $ref: '#/$defs/a~1b~0c%20d' },
    ],
    ['a dynamic reference', { $dynamicAnchor: 'node', allOf: [{ $dynamicRef: '#node' }] }],
    ['a recursive reference', { $recursiveAnchor: true, anyOf: [{ $recursiveRef: '#' }] }],
  ])('finds a circle by %s', (_what, schema) => {
    expect(circleProblem(schema)).toBe('`schema` cannot be used: its references lead in a circle');
  });

  it.each<[string, object]>([
    ['a list', { properties: { next: { $ref: '#' } } }],
    ['a tree', { properties: { children: { items: { $ref: '#' } } } }],
    [
      'a tree that is extended',
      { $dynamicAnchor: 'n', properties: { of: { items: { $dynamicRef: '#n' } } } },
    ],
    ['a tree of draft 2019-09', { $recursiveAnchor: true, additionalProperties: { $recursiveRef: '#' } }],
    ['a choice between a leaf and a tree', { anyOf: [{ type: 'string' }, { items: { $ref: '#' } }] }],
    ...['prefixItems', 'contains', 'propertyNames', 'unevaluatedItems', 'unevaluatedProperties'].map<
      [string, object]
    >((keyword) => [keyword, { [keyword]: keyword === 'prefixItems' ? [{ $ref: '#' }] : { $ref: '#' } }]),
    ['patternProperties', { patternProperties: { '^a': { $ref: '#' } } }],
    ['two ways to one', { allOf: [{ $ref: '#/$defs/a' }, { $ref: '#/$defs/a' }], $defs: { a: {} } }],
    ['a long chain', chain(600, {})],
    ['a circle that nothing leads to', { $defs: { a: { $ref: '#/$defs/a' } }, type: 'string' }],
    ['a constant that looks like one', { const: { $ref: '#/const' }, enum: [{ $ref: '#' }] }],
    ['properties with the names of keywords', { properties: { $ref: {}, allOf: { $ref: '#' } } }],
    [
      'the same pointer within another name',
      { $ref: '#/$defs/a', $defs: { a: { $id: 'urn:example:a', $ref: '#/$defs/a', $defs: { a: {} } } } },
    ],
    [
      'a dynamic reference that another name may answer',
      {
        $id: 'urn:a',
        $ref: 'urn:b',
        $defs: { b: { $id: 'urn:b', $dynamicAnchor: 'n', not: { $dynamicRef: '#n' } } },
      },
    ],
    ['references to nothing', { allOf: [{ $ref: '#/none' }, { $ref: '#none' }, { $ref: 'urn:none' }] }],
    [
      'pointers that are none',
      { allOf: [{ $ref: '#%' }, { $ref: '#/allOf/x' }, { $ref: '#/toString' }, { $ref: 4 }] },
    ],
    ['an anchor claimed twice', { allOf: [{ $anchor: 'a', $ref: '#a' }, { $anchor: 'a' }] }],
  ])('finds none in %s', (_what, schema) => {
    expect(circleProblem(schema)).toBeUndefined();
  });
});
