/** Describes the names of tenants, users and user groups in the help. */
export const NAME_RULE = 'a letter, then letters, digits, `-`, `.`, `_` and `~`; at most 256 characters';
