// The diagnostics of the room `lifecycle`.
import { defineCodes } from '../definition.js';

export const lifecycleCodes = defineCodes({});
