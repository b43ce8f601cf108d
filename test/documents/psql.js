/**
 * Replaces psql where it is not installed, for what the documents and our scripts use of it: `-d`, `-c`, `-f`, `-v`,
 * and in a file `\set`, `\if :{?name}`, `\else`, `\endif` and variables. Connects as libpq does, by PGHOST, PGUSER and
 * so on. An unknown option or command ends it with the exit code 2.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import pg from 'pg';

const { database, user, texts } = readArguments(process.argv.slice(2));
const client = new pg.Client(
  /^postgres(ql)?:/.test(database) ? { connectionString: database } : { database, user },
);
client.on('error', () => {});
await client.connect();
try {
  for (const text of texts) {
    const result = [await client.query(text)].flat().at(-1);
    for (const row of result.rows) process.stdout.write(`${Object.values(row).join('|')}\n`);
  }
} catch (error) {
  process.stderr.write(`ERROR:  ${error.message}\n`);
  process.exitCode = 3;
} finally {
  await client.end();
}

function readArguments(words) {
  const found = {
    database: process.env.PGDATABASE ?? 'postgres',
    user: process.env.PGUSER,
    variables: new Map(),
    texts: [],
  };
  for (let index = 0; index < words.length; index += 1) {
    const value = () => words[(index += 1)];
    const word = words[index];
    if (word === '-d') found.database = value();
    else if (word === '-U') found.user = value();
    else if (word === '-c') found.texts.push(value());
    else if (word === '-f') found.texts.push(script(readFileSync(value(), 'utf8'), found.variables));
    else if (word === '-v') {
      const [name, text] = value().split(/=(.*)/s);
      found.variables.set(name, text);
    } else if (!['-q', '-X', '-At'].includes(word)) refuse(`does not know ${word}`);
  }
  return found;
}

/** Returns the SQL of a file, in which its commands are followed and its variables replaced. */
function script(text, given) {
  const skipped = [];
  const lines = text.split('\n').filter((line) => {
    if (!line.startsWith('\\')) return !skipped.includes(true);
    const [, command, rest = ''] = /^\\(\w+) ?(.*)$/.exec(line) ?? [];
    if (command === 'if') skipped.push(!given.has(/^:\{\?(\w+)\}$/.exec(rest)?.[1]));
    else if (command === 'else') skipped.push(!skipped.pop());
    else if (command === 'endif') skipped.pop();
    else if (command !== 'set') refuse(`does not know \\${command}`);
    else if (!skipped.includes(true)) set(given, rest);
    return false;
  });
  return lines
    .join('\n')
    .replaceAll(/:'(\w+)'/g, (_, name) => pg.escapeLiteral(given.get(name) ?? ''))
    .replaceAll(/:"(\w+)"/g, (_, name) => pg.escapeIdentifier(given.get(name) ?? ''));
}

function set(given, rest) {
  const [, name, text = ''] = /^(\w+) (.*)$/.exec(rest) ?? refuse(`does not know \\set ${rest}`);
  const command = /^`(.*)`$/.exec(text)?.[1];
  given.set(name, command === undefined ? text : output(command));
}

/** Returns what a command prints, and nothing if it fails, as in the scripts. */
function output(command) {
  try {
    return execFileSync('sh', ['-c', command], { encoding: 'utf8' }).trimEnd();
  } catch {
    return '';
  }
}

function refuse(problem) {
  process.stderr.write(`The stand-in for psql ${problem}\n`);
  process.exit(2);
}
