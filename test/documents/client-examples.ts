import { fencedBlocks } from './fenced-blocks.js';

const BLOCKS = fencedBlocks('docs/clients.md');

/** Heading and language of every example, each once. */
export function exampleNames(): string[] {
  return [...new Set(BLOCKS.map(({ heading, language }) => `${heading}: ${language}`))];
}

/** The examples under that heading, one after the other: later ones may go on from earlier ones. */
export function example(heading: string, language: string): string[] {
  const found = BLOCKS.filter((block) => block.heading === heading && block.language === language);
  if (found.length === 0) throw new Error(`docs/clients.md has no example in ${language} under ${heading}`);
  return found.map(({ text }) => text);
}

/** What the document asks to be set before the examples. */
export function preparation(): string {
  return example('Clients', 'shell').join('\n');
}
