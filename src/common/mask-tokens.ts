/** Matches a token of the API, of which only the id may be shown or written down. */
const TOKEN = /(ctok-[A-Za-z0-9]{10})-[A-Za-z0-9]+/g;

/** Replaces the secret part of each token in a text, since people paste tokens where names belong. */
export function maskTokens(text: string): string {
  return text.includes('ctok-') ? text.replace(TOKEN, '$1-********') : text;
}
