/**
 * Lists the headers of every response, errors included. Nothing may be cached, no content type guessed, nothing loaded or
 * run, framed, told to other sites by a link, or embedded by them.
 */
const ALWAYS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const;

/** Makes browsers use HTTPS only, for a year (RFC 6797). Browsers ignore it in plain HTTP, where anybody could add it. */
const OVER_TLS = { ...ALWAYS, 'Strict-Transport-Security': 'max-age=31536000' } as const;

/**
 * Returns the headers of every response.
 * @param isSecure whether the request came by TLS, to this server or to a trusted proxy
 */
export function securityHeaders(isSecure: boolean): typeof ALWAYS | typeof OVER_TLS {
  return isSecure ? OVER_TLS : ALWAYS;
}
