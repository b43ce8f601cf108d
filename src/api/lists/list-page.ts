import type { ListColumns, PageRequest } from '../../database/page-request.js';
import { includedFields, picked } from './included-fields.js';
import { listEnvelope, type ListEnvelope } from './list-envelope.js';
import { pageRequestOf } from './listed-by.decorator.js';
import type { ListQuery } from './list.query.js';

/** Represents one page of a list: the request that its query describes, and the response. */
export class ListPage<T extends object, C extends string> {
  readonly request: PageRequest<C>;
  private readonly fields: readonly (keyof T & string)[];

  /**
   * Reads the page that the query asks for.
   * @throws NoSuchIncludeField for a field that the items do not have
   */
  constructor(
    private readonly query: ListQuery,
    columns: ListColumns<C>,
    fields: readonly (keyof T & string)[],
  ) {
    this.fields = includedFields(query._include, fields);
    this.request = pageRequestOf(query, columns);
  }

  /** Returns the items that were found, with the fields that the query includes. */
  answer<S>(
    { items, total }: { readonly items: readonly S[]; readonly total: number },
    toItem: (found: S) => T,
  ): ListEnvelope<Partial<T>> {
    const { _size: size, _offset: offset } = this.query;
    return listEnvelope(
      items.map((found) => picked(toItem(found), this.fields)),
      { total, size, offset },
    );
  }
}
