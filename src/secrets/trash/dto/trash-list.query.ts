import { PageQuery } from '../../../api/lists/paging.js';
import { SortableBy, sortsOf } from '../../../api/lists/sortable-by.decorator.js';
import { TRASH_COLUMNS, type TrashColumn, type TrashListOptions } from '../trash-columns.js';

const NAMES = Object.keys(TRASH_COLUMNS) as TrashColumn[];

/** Declares the query parameters of the list of the trash, which is neither searched nor filtered. */
export class TrashListQuery extends PageQuery {
  @SortableBy(NAMES)
  _sort?: string[];
}

/** Returns the page that the query asks for. */
export function toTrashListOptions({
  _size: size,
  _offset: offset,
  _sort,
}: TrashListQuery): TrashListOptions {
  return { size, offset, all: false, search: undefined, sorts: sortsOf(_sort, NAMES), filters: new Map() };
}
