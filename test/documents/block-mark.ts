/** Says what the tests do with a fenced block of a document. */
export type BlockMark =
  | { readonly kind: 'run' }
  /** Run by another command than `npm test`, because it needs a program that is no npm package. */
  | { readonly kind: 'run-by'; readonly command: string }
  /** Compared with what the block before it prints. */
  | { readonly kind: 'output' }
  /** Written to a file, which later blocks use. */
  | { readonly kind: 'file'; readonly name: string }
  | { readonly kind: 'not-run'; readonly reason: string };

/**
 * Reads the mark of a block, which stands in its info string after the language, where no reader of the page sees it:
 * `shell run`, `json output`, `ts file="name.ts"`, `shell run-by="npm run …"`, `shell not-run="why"`.
 * @returns undefined where there is no mark, or none of these
 */
export function readBlockMark(info: string): BlockMark | undefined {
  const [, kind, value] = /^\S+ ([a-z-]+)(?:="([^"]+)")?$/.exec(info) ?? [];
  if (kind === 'run' && value === undefined) return { kind };
  if (kind === 'output' && value === undefined) return { kind };
  if (value === undefined) return undefined;
  if (kind === 'run-by') return { kind, command: value };
  if (kind === 'file') return { kind, name: value };
  if (kind === 'not-run') return { kind, reason: value };
  return undefined;
}
