import { maskTokens } from '../../common/mask-tokens.js';

/** Matches what may name a machine, a person or a file, whoever wrote it. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:postgres(?:ql)?|https?):\/\/[^\s"'`)]+/gi, '[url]'],
  [/"(?:[^"\\]|\\.)*"/g, '"[name]"'],
  [/(?<![\w/])(?:~|\.{1,2})?\/[\w.@~+-]+(?:\/[\w.@~+-]*)*/g, '[path]'],
  [/\bat [^\s,()]+:\d{1,5}\b/g, 'at [address]'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '[address]'],
  [/(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])/gi, '[address]'],
  [/[\w.+-]+@[\w.-]+/g, '[address]'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '[id]'],
];

/**
 * Takes names, addresses, paths and secrets out of texts that are meant for others. Names that are known are replaced
 * wherever they stand; what looks like an address, a path or a quoted name, in any case.
 */
export class Redactor {
  private readonly known = new Map<string, string>();
  private matcher: RegExp | undefined;

  /** Replaces a name by what it stands for; the first meaning of a name counts. */
  hide(name: string | null | undefined, meaning: string): void {
    if (name === null || name === undefined || name === '' || this.known.has(name)) return;
    this.known.set(name, `[${meaning}]`);
    this.matcher = undefined;
  }

  /** Returns what a name stands for; `[other]` for a name that nobody has told of. */
  meaningOf(name: string): string {
    return this.known.get(name) ?? '[other]';
  }

  text(text: string): string {
    let clean = maskTokens(text).replace(this.names(), (name) => this.meaningOf(name));
    for (const [pattern, meaning] of PATTERNS) clean = clean.replace(pattern, meaning);
    return clean;
  }

  /** Matches whole names, the longest first, since one may be a part of another. */
  private names(): RegExp {
    if (this.matcher !== undefined) return this.matcher;
    const names = [...this.known.keys()].sort((one, other) => other.length - one.length).map(escaped);
    this.matcher =
      names.length === 0 ? /(?!)/g : new RegExp(`(?<![\\w-])(?:${names.join('|')})(?![\\w-])`, 'g');
    return this.matcher;
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
