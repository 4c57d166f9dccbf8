// The diagnostics of the room `local`.
import { defineCodes } from '../definition.js';

export const localCodes = defineCodes({});
