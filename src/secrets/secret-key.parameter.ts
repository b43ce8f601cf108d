/** How the API's description shows a key in a path. */
export const SECRET_KEY = {
  name: 'key',
  description: 'A letter, then letters, digits, `-`, `.`, `_`, `~`; at most 256',
};
