import { nearestName } from '../../common/names/nearest-name.js';
import { printable } from '../../common/printable.js';
import type { RouteTable } from '../routes/route-table.js';

/** Limits the path that a message suggests. */
const LONGEST_SHOWN = 200;

const NO_SLASH =
  'the names in a path hold no slash, not even as %2F: keys and names consist of letters, digits, `-`, `.`, `_` and ' +
  '`~`, so use one of these instead';

const FORM = 'addresses begin with /api/v3.1/ or /api/v3/';

/**
 * Says what is wrong with a path that no route has, and which path was probably meant, as the rest of a sentence.
 * @param path without its query
 */
export function addressHint(path: string, routes: RouteTable): string {
  if (/%2f/i.test(path)) return NO_SLASH;
  const meant = nearestPath(path, routes);
  if (meant !== undefined) return `did you mean ${shown(meant)}?`;
  return /^\/api\/v3(\.1)?\/secrets\/./.test(path) ? NO_SLASH : `${FORM}, such as /api/v3.1/secrets`;
}

function shown(path: string): string {
  return `\`${printable(path, LONGEST_SHOWN)}\``;
}

/** Returns the path that was probably meant; undefined if no route is near. */
function nearestPath(path: string, routes: RouteTable): string | undefined {
  const plain = path.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1');
  const candidates = [plain, `/api/v3.1${withoutPrefix(plain)}`];
  return (
    candidates.find((candidate) => routes.has(candidate)) ??
    candidates.map((candidate) => withNearNames(candidate, routes)).find((found) => found !== undefined)
  );
}

/** Cuts what stands for the prefix, such as /api, /v3.1 or /api/v2. */
function withoutPrefix(path: string): string {
  return path.replace(/^(\/api(?=\/|$))?(\/v\d+(\.\d+)?(?=\/|$))?/i, '');
}

/** Replaces the parts of a path that are misspelled; undefined if there is no route like that. */
function withNearNames(path: string, routes: RouteTable): string | undefined {
  const given = path.split('/');
  const alike = routes.segmented().filter(({ length }) => length === given.length);
  if (alike.length === 0) return undefined;
  const near = given.map((own, index) => nearestName(own, literalsAt(alike, index)) ?? own);
  let best: { readonly path: string; readonly changes: number } | undefined;
  for (const route of alike) {
    const isNear = route.every((part, index) => isParameter(part) || part === near[index]);
    if (!isNear) continue;
    const parts = route.map((part, index) => (isParameter(part) ? (given[index] ?? '') : part));
    const changes = parts.filter((part, index) => part !== given[index]).length;
    if (changes < (best?.changes ?? Infinity)) best = { path: parts.join('/'), changes };
  }
  return best?.path;
}

function literalsAt(routes: readonly (readonly string[])[], index: number): Set<string> {
  return new Set(routes.map((route) => route[index] ?? '').filter((part) => !isParameter(part)));
}

function isParameter(part: string): boolean {
  return part.startsWith(':');
}
