// The diagnostics of the room `cli`.
import { defineCodes } from '../definition.js';

export const cliCodes = defineCodes({});
