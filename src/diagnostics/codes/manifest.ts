// The diagnostics of the room `manifest`.
import { defineCodes } from '../definition.js';

export const manifestCodes = defineCodes({});
