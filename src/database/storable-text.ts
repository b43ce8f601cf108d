/**
 * Returns text that PostgreSQL can store: NUL and unpaired surrogates become U+FFFD. No stored text contains that, so a
 * comparison with text that cannot be stored finds nothing instead of failing.
 */
export function toStorableText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd');
}
