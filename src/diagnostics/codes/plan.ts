// The diagnostics of the room `plan`.
import { defineCodes } from '../definition.js';

export const planCodes = defineCodes({});
