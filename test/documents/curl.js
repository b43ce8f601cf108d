/**
 * Replaces curl where it is not installed: sends real requests for the options that the documents use. An unknown
 * option ends it with curl's own exit code for that, 2.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const { options, url } = readArguments(process.argv.slice(2));
const data = options.get('-d')?.[0];
const headers = new Headers(headerLines().map((line) => line.split(/:\s*(.*)/s).slice(0, 2)));
const login = options.get('-u')?.[0];
if (login !== undefined) headers.set('Authorization', `Basic ${Buffer.from(login).toString('base64')}`);
if (data !== undefined && !headers.has('Content-Type')) {
  headers.set('Content-Type', 'application/x-www-form-urlencoded');
}
const answer = await fetch(url, {
  method: options.get('-X')?.[0] ?? (data === undefined ? 'GET' : 'POST'),
  headers,
  redirect: 'manual',
  ...(data !== undefined && { body: content(data) }),
});
const isRefused = answer.status >= 400;
const text = await answer.text();
if (!isRefused || !options.has('-fsS')) writeFileSync(options.get('-o')?.[0] ?? process.stdout.fd, text);
const format = options.get('-w')?.[0] ?? '';
process.stdout.write(
  format
    .replaceAll('\\n', '\n')
    .replaceAll('%{http_code}', String(answer.status))
    .replaceAll(/%header\{([^}]+)\}/g, (_all, name) => answer.headers.get(name) ?? ''),
);
process.exitCode = isRefused && (options.has('--fail-with-body') || options.has('-fsS')) ? 22 : 0;

function readArguments(words) {
  const found = new Map();
  const urls = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index];
    if (['-u', '-H', '-X', '-d', '-w', '-o'].includes(word)) {
      index += 1;
      found.set(word, [...(found.get(word) ?? []), words[index]]);
    } else if (['-sS', '-fsS', '--fail-with-body'].includes(word)) found.set(word, []);
    else if (word.startsWith('-')) refuse(`does not know ${word}`);
    else urls.push(word);
  }
  if (urls.length !== 1) refuse('takes one address');
  for (const [name, values] of found) if (name !== '-H' && values.length > 1) refuse(`takes ${name} once`);
  return { options: found, url: urls[0] };
}

/** Returns the headers that were given, also those in files. */
function headerLines() {
  return (options.get('-H') ?? []).flatMap((line) =>
    line.startsWith('@') ? readFileSync(line.slice(1), 'utf8').trim().split('\n') : [line],
  );
}

/** Returns the content as curl sends it: without line ends if it comes from a file or the standard input. */
function content(given) {
  if (!given.startsWith('@')) return given;
  return readFileSync(given === '@-' ? process.stdin.fd : given.slice(1), 'utf8').replaceAll(/[\r\n]/g, '');
}

function refuse(problem) {
  process.stderr.write(`The stand-in for curl ${problem}\n`);
  process.exit(2);
}
