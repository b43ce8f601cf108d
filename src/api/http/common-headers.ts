/** Lists the headers of every response, errors included: nothing may be cached, and no content type guessed. */
export const COMMON_HEADERS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' } as const;
