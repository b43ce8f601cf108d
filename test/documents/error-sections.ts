import { ERROR_CATALOGUE, type DescribedError } from '../../src/api/errors/error-catalogue.js';

const MARK = '<!-- errors of src -->';

/** Returns the document with a section for each code of the catalogue after its mark. */
export function withErrorSections(document: string): string {
  const start = document.indexOf(MARK);
  if (start < 0) throw new Error(`The document has no ${MARK}`);
  return `${document.slice(0, start + MARK.length)}\n\n${ERROR_CATALOGUE.map(section).join('\n')}`;
}

function section({ code, statuses, cause, cure }: DescribedError): string {
  return `### ${code}\n\n- Status: ${statuses.join(', ')}\n- Cause: ${cause}\n- What to do: ${cure}\n`;
}
