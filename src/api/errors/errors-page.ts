import type { FastifyInstance } from 'fastify';
import { ERROR_CATALOGUE, type DescribedError } from './error-catalogue.js';

/** Names the path of the page, from the root of the service. */
const PAGE = 'api/docs/errors';

/** Limits the depth of a path for which a relative link is made. */
const DEEPEST = 32;

/** Serves the page of all error codes, without authentication and without anything from elsewhere. */
export function publishErrorsPage(instance: FastifyInstance): void {
  const page = errorsPage();
  instance.get(`/${PAGE}`, (_request, reply) => reply.type('text/html; charset=utf-8').send(page));
}

/**
 * Returns the headers that link an error to its description (RFC 8288). The link is relative to the address of the
 * request, so that it also holds behind a proxy that adds a prefix.
 * @param url the target of the request; undefined if there was no readable request
 */
export function helpLink(code: string, url = ''): Readonly<Record<'Link', string>> {
  return { Link: `<${toRoot(url)}${PAGE}#${code}>; rel="help"` };
}

function toRoot(url: string): string {
  const [path = ''] = url.split('?', 1);
  const depth = path.split('/').length - 2;
  return path.startsWith('/') && depth <= DEEPEST ? '../'.repeat(depth) : '/';
}

function errorsPage(): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Errors of Strongroom</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 45rem; margin: 2rem auto; padding: 0 1rem }
  h2 { font-family: monospace; margin: 2rem 0 0 } p { margin: 0.25rem 0 } :target { background: #ffd }
</style>
<h1>Errors of Strongroom</h1>
<p>Every error has the form <code>{"message", "error_code", "server_traceback": null}</code>, and the header
<code>Link</code> with the address of its description here.</p>
${ERROR_CATALOGUE.map(section).join('\n')}
</html>
`;
}

function section({ code, statuses, cause, cure }: DescribedError): string {
  return `<h2 id="${code}">${code}</h2>
<p>Status ${statuses.join(', ')}</p>
<p>${html(cause)}</p>
<p><b>What to do:</b> ${html(cure)}</p>`;
}

/** Writes a text of the catalogue, in which only backquotes have a meaning, as HTML. */
function html(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}
