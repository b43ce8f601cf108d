import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { scriptOf, withScript } from '../documents/verify-page.js';

const PAGE = 'docs/verify-audit.html';
const script = readFileSync('docs/verify-audit.mjs', 'utf8');

it('docs/verify-audit.html has the text of verify-audit.mjs; `npm run docs:verify-page` writes it', () => {
  const page = readFileSync(PAGE, 'utf8');
  const wanted = withScript(page, script);
  if (process.env.WRITE_DOCUMENTS !== undefined) writeFileSync(PAGE, wanted);
  else expect(page).toBe(wanted);
  expect(scriptOf(wanted)).toBe(script);
});

it('the page runs nothing but that script, and reaches no network', () => {
  const page = readFileSync(PAGE, 'utf8');
  expect(page.match(/<script/g)).toHaveLength(1);
  expect(script).not.toMatch(/<\/script|<!--/);
  const policy = /content="([^"]*)"/.exec(page.slice(page.indexOf('Content-Security-Policy')))?.[1];
  expect(policy?.split('; ').map((part) => part.replace(/'sha256-[^']{44}'/, "'a hash'"))).toEqual([
    "default-src 'none'",
    "script-src 'a hash'",
    "style-src 'a hash'",
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  expect(page.replace(script, '')).not.toMatch(/https?:|\ssrc=|\shref=|\son[a-z]+=/);
  expect(script).not.toMatch(/\bfetch\b|XMLHttpRequest|WebSocket|EventSource|sendBeacon|^\s*import .* from/m);
});

it('the script imports nothing but the file system of Node.js', () => {
  expect(script.match(/\bimport\b[^;\n]*/g)).toEqual(["import('node:fs')"]);
});
