import { ListedBy } from '../../api/listed-by.decorator.js';
import { ListQuery } from '../../api/list.query.js';
import { TOKEN_COLUMNS } from '../../users/tokens.service.js';

@ListedBy(TOKEN_COLUMNS)
export class TokenListQuery extends ListQuery {}
