import { expect, it } from '@jest/globals';
import { readBlockMark } from '../../documents/block-mark.js';
import { isOutput } from '../../documents/printed-output.js';

it.each([
  ['text', 'a\n…\nb', 'a\nanything\nat all\nb\n', true],
  ['text', 'a.c', 'abc', false],
  ['text', 'a', 'a\nmore', false],
  ['json', '{"a": "…", "b": {"c": 1}}', '{"b":{"c":1},"a":[2]}', true],
  ['json', '{"a": 1, "…": "…"}', '{"a":1,"more":2}', true],
  ['json', '{"a": 1}', '{"a":1,"more":2}', false],
  ['json', '{"a": 1, "b": 2, "…": "…"}', '{"a":1}', false],
  ['json', '{"a": "no … here"}', '{"a":"no one is here"}', true],
  ['json', '[1, 2]', '[1]', false],
  ['json', '{"a": null}', 'no JSON', false],
])('compares the %s output %j with %j', (language, shown, printed, agrees) => {
  expect(isOutput(language, shown, printed)).toBe(agrees);
});

it.each([
  ['shell run', { kind: 'run' }],
  ['json output', { kind: 'output' }],
  ['ts file="a.ts"', { kind: 'file', name: 'a.ts' }],
  ['sh not-run="needs Docker"', { kind: 'not-run', reason: 'needs Docker' }],
  ['sh not-run', undefined],
  ['sh not-run=""', undefined],
  ['sh', undefined],
  ['run', undefined],
])('reads the mark of %j', (info, mark) => {
  expect(readBlockMark(info)).toEqual(mark);
});
