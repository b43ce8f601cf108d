import { createHash } from 'node:crypto';

const SCRIPT = /(<script type="module">\n)([^]*?)(<\/script>)/;
const STYLE = /<style>([^]*?)<\/style>/;

/** Returns the page with the script in it, and with a policy that allows this script and nothing else. */
export function withScript(page: string, script: string): string {
  const whole = page.replace(
    SCRIPT,
    (_all, begin: string, _old: string, end: string) => begin + script + end,
  );
  const style = STYLE.exec(whole)?.[1] ?? '';
  return whole
    .replace(/script-src '[^']*'/, `script-src '${hashOf(`\n${script}`)}'`)
    .replace(/style-src '[^']*'/, `style-src '${hashOf(style)}'`);
}

/** Returns the script of the page; an empty text where it has none. */
export function scriptOf(page: string): string {
  return SCRIPT.exec(page)?.[2] ?? '';
}

/** Returns the source expression of CSP for an inline script or style. */
function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
