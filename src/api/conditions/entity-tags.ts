/** Represents an entity tag (RFC 9110, section 8.8.3). */
export interface EntityTag {
  readonly isWeak: boolean;
  /** The text between the quotes. */
  readonly text: string;
}

const ELEMENT = /[ \t]*(?:(?<weak>W\/)?"(?<text>[\x21\x23-\x7e\x80-\xff]*)"[ \t]*)?(?:,|$)/y;

/**
 * Returns the tags of `If-Match` or `If-None-Match`, or '*' (RFC 9110, sections 13.1.1 and 13.1.2).
 * @returns undefined if the header is malformed or has no tag
 */
export function parseEntityTags(header: string): '*' | readonly EntityTag[] | undefined {
  if (header.trim() === '*') return '*';
  const tags: EntityTag[] = [];
  for (let at = 0; at < header.length; at = ELEMENT.lastIndex) {
    ELEMENT.lastIndex = at;
    const groups = ELEMENT.exec(header)?.groups;
    if (groups === undefined) return undefined;
    const { weak, text } = groups;
    if (text !== undefined) tags.push({ isWeak: weak !== undefined, text });
  }
  return tags.length === 0 ? undefined : tags;
}

/** Matches what Apache, Jetty and others append within the quotes when they compress an answer. */
const COMPRESSION = /[-;]{1,2}(?:gzip|br|deflate|zstd)$/;

/** Tells whether a proxy has marked a tag as that of a compressed answer. */
export function isOfCompressed({ isWeak, text }: EntityTag): boolean {
  return isWeak || COMPRESSION.test(text);
}

/** Returns the text of a tag for the weak comparison: without what a compressing proxy appends. */
export function weakText({ text }: EntityTag): string {
  return text.replace(COMPRESSION, '');
}
