// The diagnostics of the room `access`.
import { defineCodes } from '../definition.js';

export const accessCodes = defineCodes({});
