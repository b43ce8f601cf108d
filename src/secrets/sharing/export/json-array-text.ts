import { jsonOf } from '../../../api/json/json-text.js';

/** Gives batches as the text of one JSON array, which is complete only after the last of them. */
export async function* jsonArrayText(
  batches: AsyncIterable<readonly object[]>,
): AsyncGenerator<string, void> {
  let before = '[';
  for await (const batch of batches) {
    yield before + batch.map(jsonOf).join(',');
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}
