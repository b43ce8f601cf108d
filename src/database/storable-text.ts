/**
 * Text as PostgreSQL can hold it: NUL and halves of characters become U+FFFD. Nothing that is stored has that, so a
 * comparison with what could not be stored finds nothing, instead of failing.
 */
export function toStorableText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd');
}
