/**
 * Stands for anything in an output that a document shows: within text, for a value, and as a name for further members.
 */
const ANYTHING = '…';

/** Tells whether what a block printed is the output that the document shows. */
export function isOutput(language: string, shown: string, printed: string): boolean {
  return language === 'json'
    ? matches(JSON.parse(shown), parsed(printed))
    : pattern(shown.trim()).test(printed.trim());
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pattern(text: string): RegExp {
  const parts = text.split(ANYTHING).map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*?')}$`);
}

function matches(shown: unknown, printed: unknown): boolean {
  if (typeof shown === 'string')
    return shown.includes(ANYTHING)
      ? shown === ANYTHING || (typeof printed === 'string' && pattern(shown).test(printed))
      : shown === printed;
  if (typeof shown !== 'object' || shown === null) return shown === printed;
  if (typeof printed !== 'object' || printed === null) return false;
  const wanted = Object.entries(shown).filter(([name]) => name !== ANYTHING);
  const given = new Map(Object.entries(printed));
  return (
    Array.isArray(shown) === Array.isArray(printed) &&
    (Object.hasOwn(shown, ANYTHING) || wanted.length === given.size) &&
    wanted.every(([name, value]) => given.has(name) && matches(value, given.get(name)))
  );
}
