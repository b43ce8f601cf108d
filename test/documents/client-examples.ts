import { fencedBlocks } from './markdown.js';

const BLOCKS = fencedBlocks('docs/clients.md');

/** Returns the heading and language of every example, without duplicates. */
export function exampleNames(): string[] {
  return [...new Set(BLOCKS.map(({ heading, language }) => `${heading}: ${language}`))];
}

/** Returns the examples under a heading in order; later ones may depend on earlier ones. */
export function example(heading: string, language: string): string[] {
  const found = BLOCKS.filter((block) => block.heading === heading && block.language === language);
  if (found.length === 0) throw new Error(`docs/clients.md has no example in ${language} under ${heading}`);
  return found.map(({ text }) => text);
}

/** Returns the settings that the document requires before the examples. */
export function preparation(): string {
  return example('Clients', 'shell').join('\n');
}
